import HubFiles
import Testing

@Suite struct HubReferenceTests {
    @Test func repositoryRevisionAndQuantizationAreToldApart() throws {
        let plain = try HubReference("ggml-org/gemma-4-E2B-it-GGUF")
        #expect(plain.repository == "ggml-org/gemma-4-E2B-it-GGUF")
        #expect(plain.revision == "main" && plain.quantization == nil)
        let full = try HubReference("a/b_c.d@refs/pr/1:UD-Q4_K_XL")
        #expect(full.repository == "a/b_c.d" && full.revision == "refs/pr/1" && full.quantization == "UD-Q4_K_XL")
        #expect("\(full)" == "a/b_c.d@refs/pr/1:UD-Q4_K_XL" && "\(plain)" == plain.repository)
    }

    @Test(arguments: [
        "", "a", "a/", "/b", "a/b/c", "../b", "a/..", "a/b--c", "a/-b", "a/b.", "a b/c", "a/b:", "a/b:Q8/0", "a/b@",
        "a/b@../c", "a/b@/c", "https://huggingface.co/a/b", "a/b@\u{0}", "é/b",
    ])
    func anythingElseIsRefused(_ text: String) {
        #expect(throws: HubError.invalidReference(text)) { try HubReference(text) }
    }
}
