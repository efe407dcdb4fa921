import SwiftSyntax

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
