// swift-tools-version: 6.2

import PackageDescription

let package = Package(
    name: "HelloGemma",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "swift-gemma", path: "../..")],
    targets: [
        .executableTarget(name: "HelloGemma", dependencies: [.product(name: "Gemma", package: "swift-gemma")])
    ])
