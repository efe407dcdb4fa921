import SwiftCompilerPlugin
import SwiftSyntaxMacros

/// The program that the compiler asks for expansions.
@main
struct Plugin: CompilerPlugin {
    let providingMacros: [any Macro.Type] = [GenerableMacro.self, GuideMacro.self]
}
