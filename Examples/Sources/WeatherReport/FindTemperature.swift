import Gemma  // FoundationModels: import FoundationModels

struct FindTemperature: Tool {
    let name = "findTemperature"
    let description = "Finds the temperature in a city on the next days"

    // FoundationModels: @Generable
    struct Arguments: Decodable, ConvertibleFromGeneratedContent {
        // FoundationModels: @Guide(description: "The name of the city")
        let city: String
        // FoundationModels: @Guide(description: "How many days", .range(1...3))
        let days: Int
    }

    // FoundationModels: `@Generable` makes it.
    let parameters = GenerationSchema(json: [
        "type": "object",
        "properties": [
            "city": ["type": "string", "description": "The name of the city"],
            "days": ["type": "integer", "description": "How many days", "minimum": 1, "maximum": 3],
        ],
        "required": ["city", "days"],
    ])

    func call(arguments: Arguments) async throws -> [String] {
        (1...max(1, min(arguments.days, 3))).map { day in
            "Day \(day) in \(arguments.city): \(17 + day) °C"
        }
    }
}
