import SwiftDiagnostics
import SwiftSyntax
import SwiftSyntaxMacros

/// What a macro cannot do, as the compiler shows it.
enum Complaint: DiagnosticMessage, Error {
    case notAStructure
    case noCases
    case reservedLabel
    case withoutType(String)
    case constantWithValue(String)
    case pattern
    case unsupportedType(String)
    case severalGuides(String)
    case guideElsewhere

    var message: String {
        switch self {
        case .notAStructure: "@Generable makes structures and enumerations generable, and nothing else"
        case .noCases: "an enumeration without cases cannot be generated"
        case .reservedLabel: "`case` is what the name of the case is written as; give this value another label"
        case .withoutType(let name): "say which type \(name) has: @Generable cannot tell it from a value"
        case .constantWithValue(let name):
            "\(name) cannot be generated, since it has its value already; make it a variable, or static"
        case .pattern: "a tuple of properties cannot be generated; declare them one by one"
        case .unsupportedType(let kind):
            "\(kind) cannot be generated; use a @Generable structure, or an array of them"
        case .severalGuides(let name): "write one @Guide for \(name), with all that is to be said"
        case .guideElsewhere: "@Guide is for stored properties of @Generable structures"
        }
    }

    var diagnosticID: MessageID { MessageID(domain: "GemmaMacros", id: "\(self)") }
    var severity: DiagnosticSeverity { .error }
}

extension Complaint {
    /// Points at `node`.
    func at(_ node: some SyntaxProtocol) -> DiagnosticsError {
        DiagnosticsError(diagnostics: [Diagnostic(node: node, message: self)])
    }
}
