import GGUF
import Platform
import Tensor
import Testing

/// One program holds kernels for several instruction sets.
@Suite("Choice of kernels")
struct KernelChoiceTests {
    private static let nothing = Processor(features: [])
    private static let everything = Processor(features: Set(Processor.Feature.allCases))

    @Test("The best form that the processor can run is chosen, and an empty name counts as none")
    func best() throws {
        for name in [nil, ""] {
            #expect(try Kernels.choose(name, processor: Self.nothing).form == Kernels.compiled[0].form)
            #expect(try Kernels.choose(name, processor: Self.everything) == Kernels.compiled.last?.kernels)
            #expect(try Kernels.choose(name).form == Kernels.available.last?.form)
        }
    }

    #if arch(x86_64)
        @Test(
            "Every instruction that a form uses is asked for",
            arguments: [
                ([.avx2, .fma, .f16c], .avx2), ([.avx2, .fma], .baseline), ([.avx2, .f16c], .baseline),
                ([.fma, .f16c], .baseline), ([.avx2, .fma, .f16c, .avxVNNI], .avxvnni),
                ([.avx2, .fma, .f16c, .avx512], .avx2), ([.avx2, .fma, .f16c, .avx512VNNI], .avx2),
                ([.avx2, .fma, .f16c, .avx512, .avx512VNNI], .avx512vnni),
                ([.avx512, .avx512VNNI, .avxVNNI], .baseline),
            ] as [(Set<Processor.Feature>, KernelForm)])
        func features(_ features: Set<Processor.Feature>, _ form: KernelForm) throws {
            let expected = Kernels.compiled.first { $0.form == form }?.kernels
            #expect(try Kernels.choose(nil, processor: Processor(features: features)) == expected)
        }
    #endif

    @Test("Each form is found by its name")
    func names() throws {
        for (form, kernels) in Kernels.compiled {
            #expect(try Kernels.choose(form.rawValue, processor: Self.everything) == kernels)
        }
    }

    @Test("Each set is compiled for the form that it is listed with")
    func forms() {
        for (form, kernels) in Kernels.compiled where form.runs(on: .current) { #expect(kernels.form == form) }
    }

    @Test("The baseline runs on every processor")
    func baseline() throws {
        #expect(try Kernels.choose("baseline", processor: Self.nothing).form == Kernels.compiled[0].form)
        #expect(try Kernels.choose("baseline", processor: Self.everything).form == Kernels.compiled[0].form)
        #expect(Kernels.available.first?.form == Kernels.compiled[0].form)
    }

    @Test("An unknown name is an error that lists the names", arguments: ["avx9", "AVX2", " "])
    func unknown(_ name: String) {
        let names = Kernels.compiled.map(\.form.rawValue)
        let error = #expect(throws: KernelError.unknownForm(name, compiled: names)) { try Kernels.choose(name) }
        for name in names { #expect(error?.description.contains(name) == true) }
    }

    @Test("A form that the processor lacks is an error that lists those it can run")
    func unsupported() {
        for (form, _) in Kernels.compiled.dropFirst() {
            let name = form.rawValue
            let able = [Kernels.compiled[0].form.rawValue]
            #expect(throws: KernelError.unsupportedForm(name, available: able)) {
                try Kernels.choose(name, processor: Self.nothing)
            }
        }
    }

    // MARK: - What all forms have in common

    @Test("All forms describe formats in the same way", arguments: TensorType.known.values.sorted { $0.id < $1.id })
    func traits(_ type: TensorType) {
        let expected = Kernels.compiled[0].kernels.traits(of: type.id)
        for form in Form.all { #expect(form.kernels.traits(of: type.id) == expected, "\(form.testDescription)") }
    }

    /// Only sums of an orthogonal rotation depend on whether multiplications are fused with additions.
    private func isExact(_ format: Format, _ form: Form) -> Bool {
        Form.decodingAlike(format)[0].contains { $0.kernels.form == form.kernels.form }
    }

    @Test("A model's weights are the same numbers in all forms", arguments: Format.all, Form.all)
    func decoding(_ format: Format, _ form: Form) {
        var generator = Generator(95)
        let bytes = format.encoded(generator.floats(1024, scale: 2))
        let expected = format.decoded(bytes)
        var found = [Float](repeating: .nan, count: 1024)
        bytes.withUnsafeBytes { bytes in
            guard let row = bytes.baseAddress else { return }
            form.kernels.decode(row, format.type.id, count: 1024, into: &found)
        }
        if isExact(format, form) {
            #expect(found.bits == expected.bits)
        } else {
            #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-5 })
        }
    }

    @Test("All forms write the same bytes", arguments: Format.encodable, Form.all)
    func encoding(_ format: Format, _ form: Form) {
        var generator = Generator(96)
        for scale: Float in [1, 1e-4, 1000] {
            let values = generator.floats(1024, scale: scale)
            let bytes = format.encoded(values, by: form.kernels)
            let expected = format.encoded(values, by: Form.plainest.kernels)
            if isExact(format, form) {
                #expect(bytes == expected)
            } else {
                // A value between two codes may become either.
                #expect(zip(bytes, expected).count { $0 != $1 } <= 2)
            }
        }
    }

    @Test("All forms store a cache in blocks of the same size", arguments: CacheType.allCases, Form.all)
    func cacheBlocks(_ type: CacheType, _ form: Form) {
        for width in [32, 64, 256, 512] {
            let plainest = Form.plainest.kernels
            #expect(form.kernels.keyBlockBytes(type, width: width) == plainest.keyBlockBytes(type, width: width))
            #expect(form.kernels.valueBlockBytes(type, width: width) == plainest.valueBlockBytes(type, width: width))
        }
    }
}
