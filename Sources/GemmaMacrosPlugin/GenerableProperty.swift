import SwiftSyntax

/// A stored property of a structure.
struct GenerableProperty {
    /// As Swift writes it.
    let name: String
    let type: GeneratedType
    let guide: Guide?
    /// `public ` for instance; empty where nothing is said.
    let access: String

    /// Its name in JSON.
    var key: String { name.filter { $0 != "`" } }

    /// The properties that a declaration declares. Static and computed ones are left to the type.
    static func all(in variable: VariableDeclSyntax) throws -> [GenerableProperty] {
        guard variable.isStored else { return [] }
        let guides = variable.attributes.compactMap { $0.as(AttributeSyntax.self) }.filter { $0.isNamed("Guide") }
        let access = variable.modifiers.first { accessLevels.contains($0.name.text) && $0.detail == nil }
        // In `var a, b: Int` both are integers.
        var type: TypeSyntax?
        return try variable.bindings.reversed().map { binding in
            guard let pattern = binding.pattern.as(IdentifierPatternSyntax.self) else {
                throw Complaint.pattern.at(binding.pattern)
            }
            let name = pattern.identifier.text
            if binding.typeAnnotation != nil || binding.initializer != nil { type = binding.typeAnnotation?.type }
            guard let type else { throw Complaint.withoutType(name).at(binding.pattern) }
            if variable.bindingSpecifier.tokenKind == .keyword(.let), binding.initializer != nil {
                throw Complaint.constantWithValue(name).at(binding.pattern)
            }
            if guides.count > 1 { throw Complaint.severalGuides(name).at(guides[1]) }
            return GenerableProperty(
                name: name, type: try GeneratedType(type), guide: guides.first.map(Guide.init),
                access: access.map { $0.name.text + " " } ?? "")
        }.reversed()
    }

    private static let accessLevels = ["public", "package", "internal", "fileprivate", "private"]

    /// What makes a `GenerationSchema.Property`.
    var schema: String {
        GenerableProperty.schema(key, type, description: guide?.description?.description, guides: guide?.guides ?? [])
    }

    static func schema(_ key: String, _ type: GeneratedType, description: String? = nil, guides: [String] = [])
        -> String
    {
        var arguments = ["name: \"\(key)\""]
        if let description { arguments.append("description: \(description)") }
        arguments.append("type: \(type.name).self")
        if !guides.isEmpty { arguments.append("guides: [\(guides.joined(separator: ", "))]") }
        return ".init(\(arguments.joined(separator: ", ")))"
    }
}
