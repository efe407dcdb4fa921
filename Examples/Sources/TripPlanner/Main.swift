import Foundation
import GemmaMacros

/// Stands for the app: `swift run -c release TripPlanner MODEL.gguf`.
@main
@MainActor
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
            if let itinerary = planner.itinerary { show(itinerary) }
            print("Or:", try await planner.suggestTitle())
        } catch {
            FileHandle.standardError.write(Data("error: \(error)\n".utf8))
            exit(1)
        }
    }

    /// What is not known yet is left out.
    static func show(_ itinerary: Itinerary.PartiallyGenerated) {
        print(itinerary.title ?? "…")
        for (number, day) in (itinerary.days ?? []).enumerated() {
            print("Day \(number + 1):", day.title ?? "…")
            for activity in day.activities ?? [] {
                print("-", activity.title ?? "…", activity.kind.map { "(\($0))" } ?? "")
            }
        }
    }
}
