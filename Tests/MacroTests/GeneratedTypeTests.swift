import GemmaMacros
import Testing

// Types as users write them.

@Generable(description: "A plan for a trip")
struct Tour {
    @Guide(description: "A title that makes one want to go")
    let title: String
    @Guide(description: "From cheap to dear", .range(1...5))
    var price: Int = 3
    @Guide(.count(3))
    let days: [Day]
    let companion: Companion?
    @Guide(description: "The name of a train", /IC\d{2,4}/)
    var train: String?
    @Guide(.anyOf(["rail", "road"]))
    let by: String
    @Guide(.element(.minimum(0.5)), .maximumCount(2))
    var distances, walks: [Double]

    var isCheap: Bool { price < 3 }
    static let limit = 9

    @Generable
    struct Day: Equatable {
        let id: GenerationID
        let `default`: String
        var stops: [Stop] { didSet {} }
    }

    @Generable
    enum Companion: String { case dog, cat = "a \"cat\"", `self` }
}

@Generable
enum Stop: Equatable {
    case rest
    case sight(String)
    case meal(dish: String, for: Int)
    case drive(Int?, [Stop])
    indirect case detour(to: Stop)
}

@Generable
public struct Comment: Sendable {
    public var id: Int
    var text: String
    public var replies: [Comment]
    private var rating: Double?
}

@Generable
enum Level: Int { case low = 1, high = 2 }

@Generable
struct Pair<First: Generable, Second: Generable> {
    let first: First
    let second: Second?
}

@Generable
struct Nothing {}

@Suite("Types with @Generable")
struct GeneratedTypeTests {
    private let plan = """
        {"title": "North", "price": 2, "days": [{"default": "walk", "stops": [{"case": "rest"}]}], 
         "companion": "a \\"cat\\"", "by": "rail", "distances": [1.5], "walks": []}
        """

    @Test("Properties become a schema, with what guides say of them")
    func schema() throws {
        let json = Tour.generationSchema.json
        #expect(json["title"] == "Tour" && json["description"] == "A plan for a trip")
        #expect(
            try json["properties"]
                == JSONValue(
                    json: #"""
                        {"title": {"description": "A title that makes one want to go", "type": "string"},
                         "price": {"description": "From cheap to dear", "type": "integer", "minimum": 1, "maximum": 5},
                         "days": {"type": "array", "items": {"$ref": "#/$defs/Day"}, "minItems": 3, "maxItems": 3},
                         "companion": {"$ref": "#/$defs/Companion"},
                         "train": {"description": "The name of a train", "type": "string", 
                                   "pattern": "^(?:IC\\d{2,4})$"},
                         "by": {"type": "string", "enum": ["rail", "road"]},
                         "distances": {"type": "array", "items": {"type": "number", "minimum": 0.5}, "maxItems": 2},
                         "walks": {"type": "array", "items": {"type": "number", "minimum": 0.5}, "maxItems": 2}}
                        """#))
        #expect(json["required"] == ["title", "price", "days", "by", "distances", "walks"])
        #expect(json["$defs"]?["Day"]?["properties"]?.objectValue?.keys == ["default", "stops"])
    }

    @Test("Enumerations are names, raw values that are texts, or objects")
    func enumerations() throws {
        #expect(Tour.Companion.generationSchema.json["enum"] == ["dog", "a \"cat\"", "self"])
        #expect(Level.generationSchema.json == ["title": "Level", "type": "string", "enum": ["low", "high"]])
        #expect(try Level(GeneratedContent(json: "\"high\"")) == .high)
        let stops: [Stop] = [
            .rest, .sight("Alfama"), .meal(dish: "soup", for: 2), .drive(nil, [.rest]), .detour(to: .sight("x")),
        ]
        let texts = [
            #"{"case":"rest"}"#, #"{"case":"sight","value":"Alfama"}"#, #"{"case":"meal","dish":"soup","for":2}"#,
            #"{"case":"drive","value2":[{"case":"rest"}]}"#, #"{"case":"detour","to":{"case":"sight","value":"x"}}"#,
        ]
        #expect(stops.map(\.generatedContent.jsonString) == texts)
        #expect(try texts.map { try Stop(GeneratedContent(json: $0)) } == stops)
        #expect(throws: DecodingError.self) { try Stop(GeneratedContent(json: #"{"case": "sleep"}"#)) }
        let cases = try #require(Stop.generationSchema.json["anyOf"]?.arrayValue)
        #expect(cases.map { $0["properties"]?["case"]?["const"] } == ["rest", "sight", "meal", "drive", "detour"])
        #expect(cases.last?["properties"]?["to"] == ["$ref": "#"])
    }

    @Test("A value is made of JSON, and becomes the same JSON")
    func conversion() throws {
        let content = try GeneratedContent(json: plan)
        let tour = try Tour(content)
        #expect(tour.title == "North" && tour.isCheap && tour.train == nil)
        #expect(tour.companion == .cat && tour.distances == [1.5])
        #expect(tour.days[0].stops == [.rest] && tour.days[0].default == "walk")
        #expect(tour.generatedContent == content)
        #expect(throws: DecodingError.self) { try Tour(GeneratedContent(json: #"{"title": "North"}"#)) }
        // The memberwise initializer is still there.
        #expect(Pair(first: 1, second: "x").generatedContent.jsonString == #"{"first":1,"second":"x"}"#)
        #expect(Nothing().generatedContent.jsonString == "{}")
    }

    @Test("Partial values have what is known")
    func partialValues() throws {
        let partial = try Tour.PartiallyGenerated(
            GeneratedContent(json: #"{"title": "No", "days": [{"stops": []}]}"#))
        #expect(partial.title == "No" && partial.price == nil && partial.companion == nil)
        #expect(partial.days?.first?.stops == [] && partial.days?.first?.default == nil)
        #expect(try Comment.PartiallyGenerated(GeneratedContent(json: "{}")).id == nil)
        #expect(
            try Pair<Int, [Comment]>.PartiallyGenerated(GeneratedContent(json: #"{"second": [{}]}"#)).second?.count == 1
        )
    }

    /// Tools take what the macro makes, and their parameters follow from it.
    struct Finder: Tool {
        let description = "Finds a comment"

        @Generable
        struct Arguments {
            @Guide(description: "The comment's number", .minimum(1))
            var id: Int
        }

        func call(arguments: Arguments) async throws -> Comment {
            try Comment(GeneratedContent(json: #"{"id": \#(arguments.id), "text": "x", "replies": []}"#))
        }
    }

    @Test("Arguments of tools need no schema besides")
    func tools() async throws {
        let tool = Finder()
        #expect(
            tool.parameters.json["properties"]
                == ["id": ["description": "The comment's number", "type": "integer", "minimum": 1]])
        let arguments = try Finder.Arguments(GeneratedContent(json: #"{"id": 3}"#))
        #expect(Prompt(try await tool.call(arguments: arguments)).text == #"{"id":3,"text":"x","replies":[]}"#)
    }
}
