import BundledModel
import GemmaMacros
import Testing

/// The programs of the folder Examples that have macros. Their sources are in `Examples` by links.
@Suite("Examples with macros")
struct ExampleTests {
    @Test("A plan grows while it is written, and the model writes nothing else")
    @MainActor
    func tripPlanner() async throws {
        let model = try GemmaModel(contentsOf: #require(BundledModel.target), drafter: BundledModel.assistant)
        let planner = try TripPlanner(
            destination: Destination(name: "Lisbon", sights: ["Alfama"], isByTheSea: true), model: model)
        do {
            try await planner.suggest(dayCount: 3)
            #expect((1...7).contains(planner.itinerary?.days?.count ?? 0))
        } catch GemmaError.incompleteAnswer {
            // The bundled model may lose itself in a story.
        }
        let itinerary = try #require(planner.itinerary)
        #expect(itinerary.title?.isEmpty == false)
    }
}
