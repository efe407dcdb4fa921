import FuzzTargets
import Testing

/// If a seed were refused, fuzzing it would test nothing but the refusal.
@Suite struct SeedTests {
    @Test(arguments: FuzzTarget.allCases) func everySeedIsTaken(_ target: FuzzTarget) throws {
        let seeds = try target.seeds()
        #expect(!seeds.isEmpty)
        for (name, bytes) in seeds {
            // Deliberately: a text is not JSON, files that quants.json names do not exist, a template raises an error,
            // and a call's arguments are no object.
            let refused = ["surrogates", "quants", "error", "invalid"]
            if case .refused(let error) = try target.run(bytes), !refused.contains(name) {
                Issue.record("\(target) \(name): \(error)")
            }
        }
    }
}
