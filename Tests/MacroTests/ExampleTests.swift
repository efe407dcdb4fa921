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
        try await planner.suggest(dayCount: 3)
        let days = try #require(planner.itinerary?.days)
        #expect((1...7).contains(days.count))
        #expect(days.allSatisfy { $0.activities?.count == 3 && $0.activities?.allSatisfy { $0.kind != nil } == true })
        #expect(planner.itinerary?.rationale != nil)
    }
}
