import SwiftSyntax

/// What `@Generable` adds to an enumeration.
struct GenerableEnumeration {
    private let access: String
    private let description: ExprSyntax?
    private let cases: [Case]

    fileprivate struct Case {
        /// As Swift writes it.
        let name: String
        /// What the model writes, as a literal.
        let literal: String
        let values: [Value]
    }

    /// An associated value.
    fileprivate struct Value {
        let label: String?
        /// Its name in JSON.
        let key: String
        let type: GeneratedType
    }

    init(_ enumeration: EnumDeclSyntax, _ description: ExprSyntax?) throws {
        access = enumeration.access
        self.description = description
        let hasTexts = enumeration.inheritanceClause?.inheritedTypes.contains {
            ["String", "Swift.String"].contains($0.type.trimmedDescription)
        }
        cases = try enumeration.memberBlock.members
            .compactMap { $0.decl.as(EnumCaseDeclSyntax.self) }.flatMap(\.elements)
            .map { try Case($0, hasTexts: hasTexts == true) }
        guard !cases.isEmpty else { throw Complaint.noCases.at(enumeration.name) }
    }

    var members: [DeclSyntax] {
        cases.allSatisfy(\.values.isEmpty)
            ? [nameSchema, nameInitializer, nameContent] : [objectSchema, objectInitializer, objectContent]
    }

    private var describing: String { description.map { "description: \($0), " } ?? "" }

    // MARK: - Names

    private var nameSchema: DeclSyntax {
        """
        nonisolated \(raw: access)static var generationSchema: Gemma.GenerationSchema {
            Gemma.GenerationSchema(type: Self.self, \(raw: describing)anyOf: [\(raw: literals)])
        }
        """
    }

    private var literals: String { cases.map(\.literal).joined(separator: ", ") }

    private var nameInitializer: DeclSyntax {
        initializer("content.value(Swift.String.self)", cases.map { ($0.literal, ["self = .\($0.name)"]) })
    }

    private var nameContent: DeclSyntax {
        content(cases.map { (".\($0.name)", "Gemma.GeneratedContent(\($0.literal))") })
    }

    // MARK: - Objects

    private var objectSchema: DeclSyntax {
        let schemas = cases.map { choice in
            let name =
                ".init(name: \"case\", type: Swift.String.self, guides: [.constant(\(choice.literal))])"
            let properties = [name] + choice.values.map { GenerableProperty.schema($0.key, $0.type) }
            return """
                        Gemma.GenerationSchema(type: Self.self, properties: [
                \(properties.map { "            \($0)," }.joined(separator: "\n"))
                        ]),
                """
        }
        return """
            nonisolated \(raw: access)static var generationSchema: Gemma.GenerationSchema {
                let cases: [Gemma.GenerationSchema] = [
            \(raw: schemas.joined(separator: "\n"))
                ]
                return Gemma.GenerationSchema(type: Self.self, \(raw: describing)anyOf: cases)
            }
            """
    }

    private var objectInitializer: DeclSyntax {
        initializer(
            "content.value(Swift.String.self, forProperty: \"case\")",
            cases.map { choice in
                let reading = choice.values.enumerated().map { index, value in
                    "let value\(index) = try content.value(\(value.type.name).self, forProperty: \"\(value.key)\")"
                }
                let values = choice.values.enumerated().map { index, value in
                    (value.label.map { "\($0): " } ?? "") + "value\(index)"
                }
                let value = ".\(choice.name)" + (values.isEmpty ? "" : "(\(values.joined(separator: ", ")))")
                return (choice.literal, reading + ["self = \(value)"])
            })
    }

    private var objectContent: DeclSyntax {
        content(
            cases.map { choice in
                let names = choice.values.indices.map { "value\($0)" }
                let pattern = names.isEmpty ? "" : "(\(names.map { "let \($0)" }.joined(separator: ", ")))"
                let members = [("case", choice.literal)] + zip(choice.values.map(\.key), names)
                let written = members.map { "\"\($0)\": \($1)" }.joined(separator: ", ")
                return (".\(choice.name)\(pattern)", "Gemma.GeneratedContent(properties: [\(written)])")
            })
    }

    // MARK: - Both

    /// A case is known when all of it is: the beginning of a name may be another name.
    private func initializer(_ name: String, _ cases: [(literal: String, body: [String])]) -> DeclSyntax {
        let branches = cases.flatMap { choice in
            ["    case \(choice.literal):"] + choice.body.map { "        " + $0 }
        }.joined(separator: "\n")
        return """
            nonisolated \(raw: access)init(_ content: Gemma.GeneratedContent) throws {
                guard content.isComplete else {
                    throw content.mismatch(Self.self)
                }
                switch try \(raw: name) {
            \(raw: branches)
                default: throw content.mismatch(Self.self)
                }
            }
            """
    }

    private func content(_ cases: [(pattern: String, value: String)]) -> DeclSyntax {
        """
        nonisolated \(raw: access)var generatedContent: Gemma.GeneratedContent {
            switch self {
        \(raw: cases.map { "    case \($0.pattern): \($0.value)" }.joined(separator: "\n"))
            }
        }
        """
    }
}

extension GenerableEnumeration.Case {
    /// - Parameter hasTexts: whether the raw values are texts. The model writes those; otherwise it writes names.
    fileprivate init(_ element: EnumCaseElementSyntax, hasTexts: Bool) throws {
        name = element.name.text
        let rawValue = hasTexts ? element.rawValue?.value.trimmedDescription : nil
        literal = rawValue ?? "\"\(name.filter { $0 != "`" })\""
        let parameters = element.parameterClause?.parameters ?? []
        values = try parameters.enumerated().map { index, parameter in
            let label = parameter.firstName.map(\.text).flatMap { $0 == "_" ? nil : $0 }
            let key = label?.filter { $0 != "`" } ?? (parameters.count == 1 ? "value" : "value\(index + 1)")
            if key == "case" { throw Complaint.reservedLabel.at(parameter) }
            return GenerableEnumeration.Value(label: label, key: key, type: try GeneratedType(parameter.type))
        }
    }
}
