import SwiftSyntax

/// What `@Generable` adds to a structure.
struct GenerableStructure {
    private let access: String
    private let description: ExprSyntax?
    /// What the model writes.
    private let properties: [GenerableProperty]
    /// What identifies a value.
    private let identities: [GenerableProperty]

    init(_ structure: StructDeclSyntax, _ description: ExprSyntax?) throws {
        access = structure.access
        self.description = description
        let all = try structure.memberBlock.members.flatMap { member in
            try member.decl.as(VariableDeclSyntax.self).map(GenerableProperty.all) ?? []
        }
        properties = all.filter { !$0.type.isIdentity }
        identities = all.filter(\.type.isIdentity)
    }

    var members: [DeclSyntax] { [schema, initializer, content, partialType] }

    private var schema: DeclSyntax {
        let description = description.map { "description: \($0), " } ?? ""
        return """
            nonisolated \(raw: access)static var generationSchema: Gemma.GenerationSchema {
                Gemma.GenerationSchema(type: Self.self, \(raw: description)properties: [
            \(raw: properties.map { "        \($0.schema)," }.joined(separator: "\n"))
                ])
            }
            """
    }

    private var initializer: DeclSyntax {
        """
        nonisolated \(raw: access)init(_ content: Gemma.GeneratedContent) throws {
        \(raw: assignments { $0.name })
        }
        """
    }

    /// - Parameter type: that of a property.
    private func assignments(_ type: (GeneratedType) -> String) -> String {
        let values = properties.map {
            "    self.\($0.name) = try content.value(\(type($0.type)).self, forProperty: \"\($0.key)\")"
        }
        return (identities.map(identify) + values).joined(separator: "\n")
    }

    private func identify(_ property: GenerableProperty) -> String {
        "    self.\(property.name) = content.id ?? Gemma.GenerationID()"
    }

    private var content: DeclSyntax {
        let members = properties.map { "\"\($0.key)\": self.\($0.name)" }.joined(separator: ", ")
        let id = identities.first.map { ", id: self.\($0.name)" } ?? ""
        return """
            nonisolated \(raw: access)var generatedContent: Gemma.GeneratedContent {
                Gemma.GeneratedContent(properties: [\(raw: members.isEmpty ? ":" : members)]\(raw: id))
            }
            """
    }

    /// The same properties, each of them optional. Values are told apart by an `id`, unless the structure has one.
    private var partialType: DeclSyntax {
        let hasOwnID = properties.contains { $0.key == "id" }
        let addsID = !hasOwnID && !identities.contains { $0.key == "id" }
        var lines = addsID ? ["    \(access)var id: Gemma.GenerationID"] : []
        lines += identities.map { "    \($0.access)var \($0.name): Gemma.GenerationID" }
        lines += properties.map { "    \($0.access)var \($0.name): \($0.type.partial)" }
        let assigned = (addsID ? ["    self.id = content.id ?? Gemma.GenerationID()"] : []) + [assignments(\.partial)]
        let body = assigned.filter { !$0.isEmpty }.joined(separator: "\n").split(separator: "\n").map { "    " + $0 }
        return """
            nonisolated \(raw: access)struct PartiallyGenerated: \(raw: hasOwnID ? "" : "Identifiable, ")\
            Gemma.ConvertibleFromGeneratedContent {
            \(raw: lines.joined(separator: "\n"))

                nonisolated \(raw: access)init(_ content: Gemma.GeneratedContent) throws {
            \(raw: body.joined(separator: "\n"))
                }
            }
            """
    }
}
