import GemmaMacros  // FoundationModels: import FoundationModels
import Observation

struct Destination: Sendable {
    let name: String
    let sights: [String]
    let isByTheSea: Bool
}

/// What a view shows: a plan that grows while it is written.
@MainActor
@Observable
final class TripPlanner {
    private(set) var itinerary: Itinerary.PartiallyGenerated?
    let destination: Destination
    private let session: LanguageModelSession

    var isPlanning: Bool { session.isResponding }

    // FoundationModels: init(destination: Destination) {
    init(destination: Destination, model: GemmaModel) throws {
        self.destination = destination
        // FoundationModels: session = LanguageModelSession(
        session = try LanguageModelSession(
            model: model,
            instructions: Instructions {
                "You plan trips. Every day has a title, and three things to do."
                "These are the sights of \(destination.name):"
                for sight in destination.sights { "- \(sight)" }
                if destination.isByTheSea {
                    "One afternoon is for the beach."
                }
            })
    }

    func prewarm() {
        session.prewarm(promptPrefix: Prompt("Plan a trip to \(destination.name)"))
    }

    func suggest(dayCount: Int) async throws {
        let options = GenerationOptions(sampling: .greedy, maximumResponseTokens: 600)
        let stream = session.streamResponse(generating: Itinerary.self, options: options) {
            "Plan a trip to \(destination.name) of \(dayCount) days."
            if dayCount > 3 {
                "Leave one day without plans."
            }
        }
        for try await partial in stream {
            itinerary = partial.content
        }
    }

    func suggestTitle() async throws -> String {
        let response = try await session.respond(
            to: "What is another good title for it?",
            options: GenerationOptions(
                sampling: .random(probabilityThreshold: 0.9), temperature: 0.7, maximumResponseTokens: 50))
        return response.content
    }
}
