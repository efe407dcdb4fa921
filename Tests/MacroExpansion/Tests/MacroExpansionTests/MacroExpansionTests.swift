import GemmaMacrosPlugin
import SwiftSyntax
import SwiftSyntaxMacroExpansion
import SwiftSyntaxMacros
import SwiftSyntaxMacrosGenericTestSupport
import Testing

/// What the macros write, and what they say that they cannot do.
@Suite("Expansion of macros")
struct MacroExpansionTests {
    private let macros = [
        "Generable": MacroSpec(type: GenerableMacro.self, conformances: ["Generable"]),
        "Guide": MacroSpec(type: GuideMacro.self),
    ]

    private func expect(_ source: String, _ expanded: String, _ location: Testing.SourceLocation = #_sourceLocation) {
        assertMacroExpansion(source, expandedSource: expanded, macroSpecs: macros) { failure in
            Issue.record(Comment(rawValue: failure.message), sourceLocation: location)
        }
    }

    /// Expects one complaint, and that nothing is added.
    /// - Parameter column: of the line of `member`, or of that of `header` if there is no member.
    private func expectComplaint(
        _ header: String, _ member: String = "", _ message: String, column: Int,
        _ location: Testing.SourceLocation = #_sourceLocation
    ) {
        let source = member.isEmpty ? header + " {\n}" : "\(header) {\n    \(member)\n}"
        let plain = source.replacing(/@(Generable|Guide)(\([^)]*\))?\s/, with: "")
        let diagnostic = DiagnosticSpec(
            message: message, line: member.isEmpty ? 1 : 2, column: member.isEmpty ? column : column + 4)
        assertMacroExpansion(source, expandedSource: plain, diagnostics: [diagnostic], macroSpecs: macros) { failure in
            Issue.record(Comment(rawValue: failure.message), sourceLocation: location)
        }
    }

    @Test("A structure: public members for a public type, and partial values as visible as the properties")
    func structure() {
        expect(
            """
            @Generable(description: "A city")
            public struct City {
                public let id: GenerationID
                @Guide(description: "x", .minimum(1), .maximum(9))
                public var n: Int
                let s: [Int]?
                private var `in`: String
                var isLarge: Bool { n > 5 }
            }
            """,
            """
            public struct City {
                public let id: GenerationID
                public var n: Int
                let s: [Int]?
                private var `in`: String
                var isLarge: Bool { n > 5 }
            }

            extension City: Gemma.Generable {
                nonisolated public static var generationSchema: Gemma.GenerationSchema {
                    Gemma.GenerationSchema(type: Self.self, description: "A city", properties: [
                        .init(name: "n", description: "x", type: Int.self, guides: [.minimum(1), .maximum(9)]),
                        .init(name: "s", type: [Int]?.self),
                        .init(name: "in", type: String.self),
                    ])
                }

                nonisolated public init(_ content: Gemma.GeneratedContent) throws {
                    self.id = content.id ?? Gemma.GenerationID()
                    self.n = try content.value(Int.self, forProperty: "n")
                    self.s = try content.value([Int]?.self, forProperty: "s")
                    self.`in` = try content.value(String.self, forProperty: "in")
                }

                nonisolated public var generatedContent: Gemma.GeneratedContent {
                    Gemma.GeneratedContent(properties: ["n": self.n, "s": self.s, "in": self.`in`], id: self.id)
                }

                nonisolated public struct PartiallyGenerated: Identifiable, Gemma.ConvertibleFromGeneratedContent {
                    public var id: Gemma.GenerationID
                    public var n: Int.PartiallyGenerated?
                    var s: [Int].PartiallyGenerated?
                    private var `in`: String.PartiallyGenerated?

                    nonisolated public init(_ content: Gemma.GeneratedContent) throws {
                        self.id = content.id ?? Gemma.GenerationID()
                        self.n = try content.value(Int.PartiallyGenerated?.self, forProperty: "n")
                        self.s = try content.value([Int].PartiallyGenerated?.self, forProperty: "s")
                        self.`in` = try content.value(String.PartiallyGenerated?.self, forProperty: "in")
                    }
                }
            }
            """)
    }

    @Test("An enumeration of names")
    func enumeration() {
        expect(
            """
            @Generable enum Size: String {
                case small = "S", large
            }
            """,
            """
            enum Size: String {
                case small = "S", large
            }

            extension Size: Gemma.Generable {
                nonisolated static var generationSchema: Gemma.GenerationSchema {
                    Gemma.GenerationSchema(type: Self.self, anyOf: ["S", "large"])
                }

                nonisolated init(_ content: Gemma.GeneratedContent) throws {
                    guard content.isComplete else {
                        throw content.mismatch(Self.self)
                    }
                    switch try content.value(Swift.String.self) {
                    case "S":
                        self = .small
                    case "large":
                        self = .large
                    default:
                        throw content.mismatch(Self.self)
                    }
                }

                nonisolated var generatedContent: Gemma.GeneratedContent {
                    switch self {
                    case .small:
                        Gemma.GeneratedContent("S")
                    case .large:
                        Gemma.GeneratedContent("large")
                    }
                }
            }
            """)
    }

    @Test("An enumeration with associated values")
    func associatedValues() {
        expect(
            """
            @Generable enum Order {
                case nothing
                case dish(Text, n: Int?)
            }
            """,
            """
            enum Order {
                case nothing
                case dish(Text, n: Int?)
            }

            extension Order: Gemma.Generable {
                nonisolated static var generationSchema: Gemma.GenerationSchema {
                    let cases: [Gemma.GenerationSchema] = [
                        Gemma.GenerationSchema(type: Self.self, properties: [
                            .init(name: "case", type: Swift.String.self, guides: [.constant("nothing")]),
                        ]),
                        Gemma.GenerationSchema(type: Self.self, properties: [
                            .init(name: "case", type: Swift.String.self, guides: [.constant("dish")]),
                            .init(name: "value1", type: Text.self),
                            .init(name: "n", type: Int?.self),
                        ]),
                    ]
                    return Gemma.GenerationSchema(type: Self.self, anyOf: cases)
                }

                nonisolated init(_ content: Gemma.GeneratedContent) throws {
                    guard content.isComplete else {
                        throw content.mismatch(Self.self)
                    }
                    switch try content.value(Swift.String.self, forProperty: "case") {
                    case "nothing":
                        self = .nothing
                    case "dish":
                        let value0 = try content.value(Text.self, forProperty: "value1")
                        let value1 = try content.value(Int?.self, forProperty: "n")
                        self = .dish(value0, n: value1)
                    default:
                        throw content.mismatch(Self.self)
                    }
                }

                nonisolated var generatedContent: Gemma.GeneratedContent {
                    switch self {
                    case .nothing:
                        Gemma.GeneratedContent(properties: ["case": "nothing"])
                    case .dish(let value0, let value1):
                        Gemma.GeneratedContent(properties: ["case": "dish", "value1": value0, "n": value1])
                    }
                }
            }
            """)
    }

    @Test("An identity of its own is not added, and is none if it is written")
    func identities() {
        expect(
            """
            @Generable struct Item {
                var id: Int
            }
            """,
            """
            struct Item {
                var id: Int
            }

            extension Item: Gemma.Generable {
                nonisolated static var generationSchema: Gemma.GenerationSchema {
                    Gemma.GenerationSchema(type: Self.self, properties: [
                        .init(name: "id", type: Int.self),
                    ])
                }

                nonisolated init(_ content: Gemma.GeneratedContent) throws {
                    self.id = try content.value(Int.self, forProperty: "id")
                }

                nonisolated var generatedContent: Gemma.GeneratedContent {
                    Gemma.GeneratedContent(properties: ["id": self.id])
                }

                nonisolated struct PartiallyGenerated: Gemma.ConvertibleFromGeneratedContent {
                    var id: Int.PartiallyGenerated?

                    nonisolated init(_ content: Gemma.GeneratedContent) throws {
                        self.id = try content.value(Int.PartiallyGenerated?.self, forProperty: "id")
                    }
                }
            }
            """)
    }

    // MARK: - Complaints

    @Test("Only structures and enumerations are generable")
    func otherDeclarations() {
        expectComplaint(
            "@Generable final class A", "", "@Generable makes structures and enumerations generable, and nothing else",
            column: 1)
        expectComplaint("@Generable enum A", "", "an enumeration without cases cannot be generated", column: 17)
    }

    @Test(
        "Types that no model can write",
        arguments: [
            ("[String: Int]", "a dictionary"), ("Dictionary<String, Int>", "a dictionary"), ("Set<Int>", "a set"),
            ("(Int, Int)?", "a tuple"), ("() -> Int", "a function"), ("any Sendable", "a value of some or any type"),
        ])
    func types(_ type: String, _ kind: String) {
        let message = "\(kind) cannot be generated; use a @Generable structure, or an array of them"
        expectComplaint("@Generable struct A", "var value: \(type)", message, column: 12)
        expectComplaint("@Generable struct A", "var value: [\(type)]", message, column: 13)
        expectComplaint("@Generable enum A", "case value(\(type))", message, column: 12)
    }

    @Test("Properties that say too little, or have their value already")
    func properties() {
        expectComplaint(
            "@Generable struct A", "var value = 1",
            "say which type value has: @Generable cannot tell it from a value", column: 5)
        expectComplaint(
            "@Generable struct A", "let value: Int = 1",
            "value cannot be generated, since it has its value already; make it a variable, or static", column: 5)
        expectComplaint(
            "@Generable struct A", "var (a, b): (Int, Int)",
            "a tuple of properties cannot be generated; declare them one by one", column: 5)
    }

    @Test("Labels that are taken")
    func labels() {
        expectComplaint(
            "@Generable enum A", "case a(case: Int)",
            "`case` is what the name of the case is written as; give this value another label", column: 8)
    }

    @Test("Guides in places where they say nothing, or too many")
    func guides() {
        let message = "@Guide is for stored properties of @Generable structures"
        expectComplaint("struct A", #"@Guide(description: "x") var a: Int"#, message, column: 1)
        expectComplaint("enum A", #"@Guide(description: "x") case a"#, message, column: 1)
        expectComplaint(
            "@Generable struct A", #"@Guide(description: "x") @Guide(description: "y") var a: [Int]"#,
            "write one @Guide for a, with all that is to be said", column: 26)
    }
}
