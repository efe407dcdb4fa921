import HubFiles
import Testing

/// Which files of a repository are taken, by their names alone.
@Suite struct FileChoiceTests {
    private func choice(
        _ quantization: String? = nil, of names: [String], file: String? = nil, as role: GGUFName.Role = .model
    ) throws -> (model: [String], drafter: [String], projector: String?) {
        let reference = try HubReference("owner/name" + (quantization.map { ":\($0)" } ?? ""))
        let files = try names.map { name in RepositoryFile(path: try #require(RepositoryPath(name)), size: 1) }
        let choice = try FileChoice(among: files, for: reference, file: file, as: role)
        return (
            choice.model.map(\.path.text), choice.drafter.map(\.path.text), choice.projector?.path.text
        )
    }

    private func model(_ quantization: String? = nil, of names: String...) throws -> [String] {
        try choice(quantization, of: names).model
    }

    @Test func withoutAQuantizationTheUsualOnesComeFirst() throws {
        #expect(try model(of: "g-BF16.gguf", "g-Q4_K_M.gguf", "g-Q8_0.gguf") == ["g-Q4_K_M.gguf"])
        #expect(try model(of: "g-BF16.gguf", "g-Q8_0.gguf") == ["g-Q8_0.gguf"])
        #expect(try model(of: "README.md", "imatrix.gguf", "mmproj-F16.gguf", "g-BF16.gguf") == ["g-BF16.gguf"])
        #expect(try model(of: "g.gguf") == ["g.gguf"])
    }

    @Test(arguments: ["q4_k_m", "Q4_K_M"]) func caseDoesNotMatter(_ quantization: String) throws {
        #expect(try model(quantization, of: "g-q8_0.gguf", "g-Q4_k_m.gguf") == ["g-Q4_k_m.gguf"])
    }

    @Test func aNameThatFitsExactlyIsPreferred() throws {
        let names = ["g-UD-Q4_K_M.gguf", "g-Q4_K_M.gguf", "g-UD-Q4_K_XL.gguf"]
        #expect(try choice("Q4_K_M", of: names).model == ["g-Q4_K_M.gguf"])
        #expect(try choice("UD-Q4_K_M", of: names).model == ["g-UD-Q4_K_M.gguf"])
        #expect(try choice("Q4_K_XL", of: names).model == ["g-UD-Q4_K_XL.gguf"])
        // Q4_K is no Q4_K_M.
        #expect(
            throws: HubError.noQuantization(
                "Q4_K", repository: "owner/name", available: ["UD-Q4_K_M", "Q4_K_M", "UD-Q4_K_XL"])
        ) { try choice("Q4_K", of: names) }
    }

    @Test func quantizationsMayBeFoldersOrInTheMiddleOfNames() throws {
        #expect(try model("Q8_0", of: "Q4_0/g.gguf", "Q8_0/g.gguf") == ["Q8_0/g.gguf"])
        #expect(try model("q4_0", of: "g-Q8_0.gguf", "g-qat-q4_0-v2.gguf") == ["g-qat-q4_0-v2.gguf"])
        #expect(try model("qat-q4_0", of: "g-q4_0.gguf", "g-qat-q4_0.gguf") == ["g-qat-q4_0.gguf"])
    }

    @Test func allPartsAreTakenTheFirstOneFirst() throws {
        let names = ["b/g-BF16-00002-of-00002.gguf", "b/g-BF16-00001-of-00002.gguf", "g-BF16-00001-of-00003.gguf"]
        #expect(try choice("BF16", of: names).model == [names[1], names[0]])
        #expect(throws: HubError.missingPart(file: names[2], number: 2, count: 3)) {
            try choice(of: names, file: names[2])
        }
        // The second part stands for the whole only where it is named.
        #expect(throws: HubError.noModel(repository: "owner/name")) { try choice(of: [names[0]]) }
    }

    @Test(arguments: ["g-00001-of-00000.gguf", "g-00000-of-00000.gguf", "g-00003-of-00002.gguf"])
    func aPartThatCannotBeIsAFileOfItsOwn(_ name: String) throws { #expect(try model(of: name) == [name]) }

    @Test func aFileCanBeNamed() throws {
        let names = ["g-Q8_0.gguf", "a/G-Q4_0.gguf"]
        #expect(try choice(of: names, file: "a/g-q4_0.GGUF").model == ["a/G-Q4_0.gguf"])
        #expect(throws: HubError.noFile("g-Q4_0.gguf", repository: "owner/name", available: names)) {
            try choice(of: names, file: "g-Q4_0.gguf")
        }
    }

    @Test func aRepositoryWithoutModelsIsAnError() {
        for names in [[], ["model.safetensors"], ["mmproj-F16.gguf", "g-imatrix.gguf"]] {
            #expect(throws: HubError.noModel(repository: "owner/name")) { try choice(of: names) }
        }
    }

    // MARK: - Drafters and projectors

    /// How drafters are published.
    @Test(arguments: [
        "mtp-gemma-4-12B-it.gguf", "MTP/gemma-4-12B-it-MTP-Q8_0.gguf", "gemma-4-12B-it-assistant-Q8_0.gguf",
        "gemma-4-12B-it-draft-F16.gguf", "assistant/gemma-4-12B-it-BF16.gguf",
    ])
    func aDrafterBesideTheModelIsFound(_ drafter: String) throws {
        for names in [[drafter, "gemma-4-12B-it-Q4_K_M.gguf"], ["gemma-4-12B-it-Q4_K_M.gguf", drafter]] {
            let choice = try choice(of: names)
            #expect(choice.model == ["gemma-4-12B-it-Q4_K_M.gguf"] && choice.drafter == [drafter])
        }
    }

    @Test func theDrafterOfTheSameNameAndQuantizationIsPreferred() throws {
        let names = [
            "gemma-4-E2B-it-Q8_0.gguf", "gemma-4-E4B-it-Q4_0.gguf", "MTP/gemma-4-E2B-it-MTP-BF16.gguf",
            "MTP/gemma-4-E2B-it-MTP-Q8_0.gguf", "MTP/gemma-4-E4B-it-MTP-BF16.gguf",
        ]
        #expect(try choice("Q8_0", of: names).drafter == ["MTP/gemma-4-E2B-it-MTP-Q8_0.gguf"])
        // Not that of another model, whatever its quantization.
        #expect(try choice("Q4_0", of: names).drafter == ["MTP/gemma-4-E4B-it-MTP-BF16.gguf"])
        #expect(try choice(of: ["gemma-4-E2B.gguf", "mtp-gemma-4-12B.gguf"]).drafter == [])
        // Without the same quantization, that of about as many bits.
        let others = ["g-Q4_K_M.gguf", "mtp-g-BF16.gguf", "mtp-g-Q5_0.gguf", "mtp-g-Q8_0.gguf"]
        #expect(try choice(of: others).drafter == ["mtp-g-Q5_0.gguf"])
    }

    @Test func draftersOfOtherKindsAreNeitherDraftersNorModels() throws {
        let choice = try choice(of: ["eagle3-g-Q4_K_M.gguf", "dflash-g.gguf", "g-F16.gguf"])
        #expect(choice.model == ["g-F16.gguf"] && choice.drafter == [])
    }

    @Test func aRepositoryOfDraftersGivesOne() throws {
        let names = ["g-assistant-Q8_0.gguf", "g-assistant-BF16.gguf"]
        #expect(try choice(of: names, as: .drafter).model == ["g-assistant-Q8_0.gguf"])
        #expect(try choice("BF16", of: names).model == ["g-assistant-BF16.gguf"])
        #expect(try choice(of: ["g-Q8_0.gguf"] + names, as: .drafter).model == ["g-assistant-Q8_0.gguf"])
        #expect(try choice(of: ["g-Q8_0.gguf"], as: .drafter).model == ["g-Q8_0.gguf"])
    }

    @Test func aProjectorIsFoundInTheModelsFolder() throws {
        let names = ["a/mmproj-F16.gguf", "a/g-Q8_0.gguf", "b/mmproj-Q8_0.gguf"]
        #expect(try choice(of: names).projector == "a/mmproj-F16.gguf")
        #expect(try choice(of: ["g-Q8_0.gguf"]).projector == nil)
    }
}
