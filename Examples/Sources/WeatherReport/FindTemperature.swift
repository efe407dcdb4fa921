import GemmaMacros  // FoundationModels: import FoundationModels

struct FindTemperature: Tool {
    let name = "findTemperature"
    let description = "Finds the temperature in a city on the next days"

    @Generable
    struct Arguments {
        @Guide(description: "The name of the city")
        let city: String
        @Guide(description: "How many days", .range(1...3))
        let days: Int
    }

    func call(arguments: Arguments) async throws -> [String] {
        (1...max(1, min(arguments.days, 3))).map { day in
            "Day \(day) in \(arguments.city): \(17 + day) °C"
        }
    }
}
