// swift-tools-version: 6.2

import PackageDescription

let package = Package(
    name: "Examples",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "swift-gemma", path: "..")],
    targets: ["HelloGemma", "TerminalChat", "FileAssistant", "TripPlanner", "WeatherReport"].map {
        .executableTarget(name: $0, dependencies: [.product(name: "Gemma", package: "swift-gemma")])
    })
