import SwiftSyntax
import SwiftSyntaxMacros

/// `@Guide`. It says something to `@Generable`, and makes nothing.
public struct GuideMacro: PeerMacro {
    public static func expansion(
        of node: AttributeSyntax, providingPeersOf declaration: some DeclSyntaxProtocol,
        in context: some MacroExpansionContext
    ) throws -> [DeclSyntax] {
        let structure = context.lexicalContext.first?.as(StructDeclSyntax.self)
        guard let variable = declaration.as(VariableDeclSyntax.self), variable.isStored,
            let structure,
            structure.attributes.contains(where: { $0.as(AttributeSyntax.self)?.isNamed("Generable") == true })
        else { throw Complaint.guideElsewhere.at(node) }
        return []
    }
}

/// What a `@Guide` says.
struct Guide {
    let description: ExprSyntax?
    /// Guides as they are written.
    let guides: [String]

    init(_ attribute: AttributeSyntax) {
        description = attribute.argument("description")
        let arguments = attribute.arguments?.as(LabeledExprListSyntax.self) ?? []
        guides = arguments.filter { $0.label == nil }.map { argument in
            let guide = argument.expression.trimmedDescription
            // An expression in the place of a guide is one that the text must match.
            return argument.expression.is(RegexLiteralExprSyntax.self) ? ".pattern(\(guide))" : guide
        }
    }
}
