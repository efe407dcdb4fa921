import Foundation
import Gemma

struct Clock: Tool {
    let name = "clock"
    let description = "Tells the time in a time zone"
    let parameters = GenerationSchema(json: [
        "type": "object",
        "properties": ["zone": ["type": "string", "description": "as in Europe/Paris"]],
        "required": ["zone"],
    ])

    struct Arguments: Decodable, ConvertibleFromGeneratedContent {
        let zone: String
    }

    struct UnknownZone: Error {
        let name: String
    }

    func call(arguments: Arguments) async throws -> String {
        guard let zone = TimeZone(identifier: arguments.zone) else { throw UnknownZone(name: arguments.zone) }
        let formatter = DateFormatter()
        formatter.timeZone = zone
        formatter.dateFormat = "EEEE, HH:mm"
        return formatter.string(from: Date())
    }
}
