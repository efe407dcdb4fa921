// swift-tools-version: 6.2

import PackageDescription

/// A program with one of the package's products.
func program(_ name: String, _ product: String) -> Target {
    .executableTarget(name: name, dependencies: [.product(name: product, package: "swift-gemma")])
}

let package = Package(
    name: "Examples",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "swift-gemma", path: "..")],
    targets: [
        program("HelloGemma", "Gemma"),
        program("TerminalChat", "Gemma"),
        program("FileAssistant", "Gemma"),
        // Those with `@Generable`; building swift-syntax takes some minutes the first time.
        program("TripPlanner", "GemmaMacros"),
        program("WeatherReport", "GemmaMacros"),
    ])
