// swift-tools-version: 6.2

import CompilerPluginSupport
import PackageDescription

func syntax(_ name: String) -> Target.Dependency { .product(name: name, package: "swift-syntax") }

// Tests of what the macros write: `swift test --package-path Tests/MacroExpansion`. A package of its own, because
// everything that shares a test program with them is built for the compiler's machine, and thus a second time.
let package = Package(
    name: "MacroExpansion",
    platforms: [.macOS(.v15)],
    dependencies: [.package(url: "https://github.com/swiftlang/swift-syntax", "600.0.0"..<"604.0.0")],
    targets: [
        .macro(
            name: "GemmaMacrosPlugin",
            dependencies: [
                syntax("SwiftCompilerPlugin"), syntax("SwiftSyntax"), syntax("SwiftSyntaxMacros"),
                syntax("SwiftDiagnostics"),
            ]),
        .testTarget(
            name: "MacroExpansionTests",
            dependencies: [
                "GemmaMacrosPlugin", syntax("SwiftSyntaxMacrosGenericTestSupport"), syntax("SwiftSyntaxMacroExpansion"),
            ]),
    ],
    swiftLanguageModes: [.v6])
