import Foundation
import Gemma

/// Stands for the app: `swift run -c release TripPlanner MODEL.gguf`.
@main
enum Main {
    static func main() async {
        guard CommandLine.arguments.count == 2 else { return print("usage: TripPlanner MODEL.gguf") }
        do {
            let model = try GemmaModel(contentsOf: URL(fileURLWithPath: CommandLine.arguments[1]))
            let planner = try TripPlanner(
                destination: Destination(
                    name: "Lisbon", sights: ["Belém Tower", "Alfama", "the tram 28"], isByTheSea: true),
                model: model)
            planner.prewarm()
            try await planner.suggest(dayCount: 3)
            print(planner.plan)
            print(try await planner.suggestTitle())
        } catch {
            FileHandle.standardError.write(Data("error: \(error)\n".utf8))
            exit(1)
        }
    }
}
