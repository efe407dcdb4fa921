import HubFiles
import Testing

@Suite struct HubSettingsTests {
    private func settings(_ environment: [String: String], files: [String: String] = [:]) throws -> HubSettings {
        try HubSettings(environment: environment, home: "/home/me") { files[$0] }
    }

    @Test(
        arguments: [
            ([:], "/home/me/.cache/huggingface/hub"), (["XDG_CACHE_HOME": "/x"], "/x/huggingface/hub"),
            (["HF_HOME": "~/hf", "XDG_CACHE_HOME": "/x"], "/home/me/hf/hub"),
            (["HF_HUB_CACHE": "/c", "HF_HOME": "/h"], "/c"),
            (["HUGGINGFACE_HUB_CACHE": "/d"], "/d"), (["LLAMA_CACHE": "/l", "HF_HUB_CACHE": "/c"], "/l"),
            (["HF_HOME": ""], "/home/me/.cache/huggingface/hub"),
        ] as [([String: String], String)])
    func theCacheIsWhereOtherProgramsHaveIt(_ environment: [String: String], _ folder: String) throws {
        #expect(try settings(environment).cacheFolder == folder)
    }

    @Test func theTokenIsThatOfTheVariableOrOfTheFile() throws {
        let files = ["/home/me/.cache/huggingface/token": "hf_file\n", "/t": "hf_other", "/h/token": " "]
        #expect(try settings(["HF_TOKEN": "hf_a"], files: files).token == "hf_a")
        #expect(try settings([:], files: files).token == "hf_file")
        #expect(try settings(["HF_TOKEN_PATH": "/t"], files: files).token == "hf_other")
        #expect(try settings(["HF_HOME": "/h"], files: files).token == nil)
        #expect(try settings(["HF_HUB_DISABLE_IMPLICIT_TOKEN": "1"], files: files).token == nil)
        for token in ["a b", "a\nX-Header: b", "é"] {
            #expect(throws: HubError.invalidToken) { try settings(["HF_TOKEN": token]) }
        }
    }

    @Test func theEndpointMayBeAnother() throws {
        #expect(try settings([:]).endpoint.description == "https://huggingface.co/")
        #expect(try settings(["HF_ENDPOINT": "http://localhost:9/"]).endpoint.description == "http://localhost:9/")
        for text in ["localhost", "https://a/?b"] {
            #expect(throws: HubError.invalidEndpoint(text)) { try settings(["HF_ENDPOINT": text]) }
        }
    }

    @Test func theNetworkCanBeForbidden() throws {
        #expect(try !settings(["HF_HUB_OFFLINE": "0"]).isOffline && settings(["HF_HUB_OFFLINE": "True"]).isOffline)
    }

    @Test func withoutAHomeTheCacheMustBeNamed() throws {
        #expect(throws: HubError.noCacheFolder) { try HubSettings(environment: [:], home: nil) { _ in nil } }
        #expect(try HubSettings(environment: ["HF_HUB_CACHE": "c"], home: nil) { _ in nil }.cacheFolder == "c")
    }
}

@Suite struct RepositoryPathTests {
    @Test(arguments: [
        "", "/", "/a", "a/", "a//b", "..", "a/../b", "./a", "a\\b", "a\u{0}b", "a\nb",
        String(repeating: "a", count: 256),
    ])
    func pathsThatCouldLeaveAFolderAreRefused(_ text: String) { #expect(RepositoryPath(text) == nil) }

    @Test func othersAreEscapedInAddresses() throws {
        let path = try #require(RepositoryPath("a b/é#?%..gguf"))
        #expect(path.percentEncoded == "a%20b/%C3%A9%23%3F%25..gguf" && path.name == "é#?%..gguf")
        #expect(path.folders == ["a b"])
    }
}
