import CommandSupport
import Gemma
import Testing

/// Errors of libraries state facts; what a user can do about them follows on the same line.
@Suite("Advice")
struct AdviceTests {
    @Test("Facts come first, and flags only in the advice")
    func facts() {
        let error = TensorError.unsupportedHeadWidth(48, cacheType: "tbq3_0", multiple: 32)
        #expect(explanation(of: error) == "\(error); choose f32, f16 or bf16 with -ctk and -ctv")
        let wide = TensorError.unsupportedHeadWidth(64, cacheType: "tbq3_tcq", multiple: 128)
        #expect(advice(for: wide)?.hasPrefix("choose f32, f16, bf16, q8_0, q5_1,") == true)
        #expect(advice(for: wide)?.contains("tbq3_tcq") == false)
        #expect(advice(for: TensorError.outOfMemory(bytes: 1))?.contains("(-c)") == true)
    }

    @Test("An error inside another keeps its advice")
    func wrapped() {
        let error = GemmaError.cannotLoad(path: "F", reason: TensorError.outOfMemory(bytes: 1))
        #expect(advice(for: error) == advice(for: TensorError.outOfMemory(bytes: 1)))
        #expect(explanation(of: error).hasPrefix("F: "))
    }

    @Test("A program that lacks an option gets other advice, or none")
    func otherPrograms() {
        func advice(_ error: any Error, _ options: String...) -> String? {
            let declared = options.map { ($0, ProgramOptions.Option(takesValue: true)) }
            return CommandSupport.advice(
                for: error, in: ProgramOptions(program: "p", Dictionary(uniqueKeysWithValues: declared)))
        }
        let memory = TensorError.outOfMemory(bytes: 1)
        #expect(advice(memory, "-c") == "close other programs, or take a shorter context (-c)")
        #expect(advice(memory) == "close other programs")
        #expect(advice(TensorError.unsupportedHeadWidth(48, cacheType: "tbq3_0", multiple: 32), "-ctk") == nil)
        #expect(advice(PairError.isDrafter(found: "a", expected: "b"), "-m") == "use a b file")
    }

    @Test("Without advice an error stays as it is")
    func none() {
        struct Other: Error {}
        #expect(explanation(of: Other()) == "Other()")
        #expect(explanation(of: GGUFError.bigEndian) == "\(GGUFError.bigEndian)")
        #expect(advice(for: GemmaError.cannotLoad(path: "F", reason: Other())) == nil)
    }
}
