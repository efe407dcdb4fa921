import FuzzTargets
import Testing

/// If a seed were refused, fuzzing it would test nothing but the refusal.
@Suite struct SeedTests {
    @Test(arguments: FuzzTarget.allCases) func everySeedIsTaken(_ target: FuzzTarget) throws {
        let seeds = try target.seeds()
        #expect(!seeds.isEmpty)
        for (name, bytes) in seeds {
            // One text is deliberately not JSON, and the files that quants.json names do not exist.
            if case .refused(let error) = try target.run(bytes), !["surrogates", "quants"].contains(name) {
                Issue.record("\(target) \(name): \(error)")
            }
        }
    }
}
