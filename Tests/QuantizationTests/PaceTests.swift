import GGUF
import Quantization
import Testing

/// How long gemma-quantize says the rest takes.
@Suite struct PaceTests {
    /// A norm, which is copied, and matrices of which all but the last get Q8_0.
    private func pace() throws -> Pace {
        var writer = try modelWriter()
        try writer.add("output_norm.weight", [256], .f32)
        for name in ["blk.0.attn_q.weight", "blk.0.attn_k.weight"] { try writer.add(name, [256, 10]) }
        try writer.add("blk.0.ffn_down.weight", [256, 40])
        var options = QuantizationOptions()
        options.overrides = [.init(pattern: "ffn_down", format: .q4_0)]
        let plan = try QuantizationPlan(writer.file, to: .q8_0, options)
        #expect(plan.entries.map(\.type) == [.f32, .q8_0, .q8_0, .q4_0])
        return Pace(plan.entries)
    }

    @Test func nothingIsKnownBeforeAnythingIsDone() throws {
        var pace = try pace()
        #expect(pace.secondsLeft(at: 0, done: 0) == nil)
        // A clock that did not move says nothing either.
        pace.add(0, values: 256, seconds: 0)
        #expect(pace.secondsLeft(at: 0, done: 256) == nil)
    }

    @Test func eachTypeHasItsOwnPace() throws {
        var pace = try pace()
        // One of 2560 values: 1 ms a value. The same for the other matrix; the last one is taken to be as fast.
        pace.add(1, values: 1280, seconds: 1.28)
        #expect(abs(try #require(pace.secondsLeft(at: 1, done: 1280)) - (1.28 + 2.56 + 10.24)) < 1e-9)
        pace.add(1, values: 1280, seconds: 1.28)
        pace.add(2, values: 2560, seconds: 2.56)
        #expect(abs(try #require(pace.secondsLeft(at: 3, done: 0)) - 10.24) < 1e-9)
        // It is a hundred times as slow, which its own first values show.
        pace.add(3, values: 1024, seconds: 102.4)
        #expect(abs(try #require(pace.secondsLeft(at: 3, done: 1024)) - 921.6) < 1e-9)
        #expect(try #require(pace.secondsLeft(at: 3, done: 10_240)) == 0)
        // What was slow does not slow down the estimate for others.
        #expect(abs(try #require(pace.secondsLeft(at: 2, done: 2560)) - 921.6 - 102.4) < 1e-9)
        #expect(abs(try #require(pace.secondsLeft(at: 2, done: 0)) - 2.56 - 1024) < 1e-9)
    }

    @Test func copiesHaveAPaceOfTheirOwn() throws {
        var pace = try pace()
        pace.add(0, values: 256, seconds: 1e-6)
        pace.add(1, values: 2560, seconds: 2.56)
        // The first one again would take a millionth of a second, not a quarter of one.
        let left = try #require(pace.secondsLeft(at: 0, done: 0))
        let rest = try #require(pace.secondsLeft(at: 1, done: 0))
        #expect(left - rest < 1e-5)
    }
}
