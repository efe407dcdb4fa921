/// Which files of a repository are taken.
package struct FileChoice: Sendable, Hashable {
    /// The model, or all of its parts, the first one first.
    package var model: [RepositoryFile]
    /// The drafter that goes with it, or all of its parts; empty if there is none.
    package var drafter: [RepositoryFile]
    /// The model's part for images and sound.
    package var projector: RepositoryFile?
}

extension FileChoice {
    /// Taken where the user names no quantization, if there is one: as llama.cpp does.
    private static let usualQuantizations = ["Q4_K_M", "Q8_0"]
    /// The most names that an error lists.
    private static let listedNames = 40

    /// - Parameters:
    ///   - files: all of the repository, in the hub's order.
    ///   - file: the path of the file in the repository, if the user names one. Upper and lower case are the same.
    ///   - role: what the file is for. In a repository of nothing else, a drafter is taken for a model and vice versa.
    /// - Throws: `HubError` if the repository has no such file, or not all parts of it.
    package init(
        among files: [RepositoryFile], for reference: HubReference, file: String? = nil, as role: GGUFName.Role = .model
    ) throws(HubError) {
        let candidates = files.compactMap { file in GGUFName(file.path).map { Candidate(name: $0, file: file) } }
        guard !candidates.isEmpty else { throw .noModel(repository: reference.repository) }
        let model: Candidate
        if let file {
            guard
                let found = candidates.first(where: { $0.file.path.text == file })
                    ?? candidates.first(where: { $0.file.path.text.lowercased() == file.lowercased() })
            else {
                throw .noFile(
                    file, repository: reference.repository,
                    available: candidates.prefix(FileChoice.listedNames).map(\.file.path.text))
            }
            model = found
        } else {
            model = try FileChoice.file(among: candidates, for: reference, as: role)
        }
        self.model = try FileChoice.parts(of: model, among: candidates)
        let drafter = FileChoice.companion(of: model.name, .drafter, among: candidates)
        self.drafter =
            try drafter.map { drafter throws(HubError) in
                try FileChoice.parts(of: drafter, among: candidates)
            } ?? []
        projector = FileChoice.companion(of: model.name, .projector, among: candidates)?.file
    }

    private struct Candidate {
        let name: GGUFName
        let file: RepositoryFile
    }

    // MARK: - The model

    private static func file(
        among candidates: [Candidate], for reference: HubReference, as role: GGUFName.Role
    ) throws(HubError) -> Candidate {
        let firsts = candidates.filter { $0.name.part == 1 && [.model, .drafter].contains($0.name.role) }
        let ofRole = firsts.filter { $0.name.role == role }
        let models = ofRole.isEmpty ? firsts : ofRole
        guard let first = models.first else { throw .noModel(repository: reference.repository) }
        guard let quantization = reference.quantization else {
            return usualQuantizations.lazy.compactMap { best(models, $0) }.first ?? first
        }
        guard let found = best(models, quantization) else {
            var names: [String] = []
            for name in models.map({ $0.name.quantization ?? $0.file.path.text }) where !names.contains(name) {
                names.append(name)
                if names.count == listedNames { break }
            }
            throw .noQuantization(quantization, repository: reference.repository, available: names)
        }
        return found
    }

    /// The first of the files whose names fit a quantization best; nil if none fits.
    private static func best(_ models: [Candidate], _ quantization: String) -> Candidate? {
        let wanted = quantization.lowercased()
        var best: (rank: Int, candidate: Candidate)?
        for candidate in models {
            guard let rank = rank(candidate.name, wanted), rank < best?.rank ?? .max else { continue }
            best = (rank, candidate)
        }
        return best?.candidate
    }

    /// How well a file's name fits a quantization in lower case: 0 is best, nil means not at all.
    private static func rank(_ name: GGUFName, _ wanted: String) -> Int? {
        let quantization = name.quantization?.lowercased()
        if quantization == wanted { return 0 }
        if quantization == "ud-\(wanted)" { return 1 }
        return isAmongWords(wanted, of: name.stem.lowercased()) ? 2 : nil
    }

    /// Whether a text is somewhere between separators, folders included, as in `Q4_K_M/model.gguf` or
    /// `NAME-qat-q4_0.gguf`.
    private static func isAmongWords(_ wanted: String, of stem: String) -> Bool {
        var rest = stem.utf8[...]
        while rest.count >= wanted.utf8.count {
            if rest.starts(with: wanted.utf8) {
                let next = rest.dropFirst(wanted.utf8.count).first
                if next.map("-./".utf8.contains) ?? true { return true }
            }
            guard let separator = rest.firstIndex(where: "-._/".utf8.contains) else { return false }
            rest = rest[separator...].dropFirst()
        }
        return false
    }

    // MARK: - Parts

    private static func parts(of first: Candidate, among candidates: [Candidate]) throws(HubError) -> [RepositoryFile] {
        let count = first.name.partCount
        guard count > 1 else { return [first.file] }
        var files: [Int: RepositoryFile] = [:]
        for candidate in candidates where candidate.name.partCount == count && candidate.name.stem == first.name.stem {
            files[candidate.name.part] = candidate.file
        }
        var parts: [RepositoryFile] = []
        for number in 1...count {
            guard let file = files[number] else {
                throw .missingPart(file: first.file.path.text, number: number, count: count)
            }
            parts.append(file)
        }
        return parts
    }

    // MARK: - Drafter and projector

    /// The file of a role that goes with a model best, by its folder, its name and its quantization.
    private static func companion(
        of model: GGUFName, _ role: GGUFName.Role, among candidates: [Candidate]
    ) -> Candidate? {
        guard model.role == .model else { return nil }
        var best: (rank: Rank, candidate: Candidate)?
        for candidate in candidates where candidate.name.role == role && candidate.name.part == 1 {
            guard let rank = Rank(candidate.name, beside: model) else { continue }
            if let best, best.rank <= rank { continue }
            best = (rank, candidate)
        }
        return best?.candidate
    }

    /// How well a drafter or projector goes with a model; less is better.
    private struct Rank: Comparable {
        /// Words of its name that the model's name lacks.
        let foreignWords: Int
        let sharedFolders: Int
        let hasOtherQuantization: Bool
        let bitDistance: Int

        /// - Returns: nil if it is for a model of another size.
        init?(_ name: GGUFName, beside model: GGUFName) {
            let modelWords = Set(model.words)
            let names = name.words.filter { word in
                !GGUFName.drafterWords.contains(word) && word != "mmproj" && word != "ud"
                    && !GGUFName.isQuantization(word)
            }
            let foreign = names.filter { !modelWords.contains($0) }
            guard !foreign.contains(where: Rank.isModelSize) || !modelWords.contains(where: Rank.isModelSize) else {
                return nil
            }
            foreignWords = foreign.count
            sharedFolders = zip(name.path.folders, model.path.folders).prefix { $0 == $1 }.count
            hasOtherQuantization = name.quantization != model.quantization
            bitDistance = abs(Rank.bits(name) - Rank.bits(model))
        }

        static func < (left: Rank, right: Rank) -> Bool { left.order < right.order }

        private var order: (Int, Int, Int, Int) {
            (foreignWords, -sharedFolders, hasOtherQuantization ? 1 : 0, bitDistance)
        }

        /// `12b`, `e4b`, `a4b`
        private static func isModelSize(_ word: Substring) -> Bool {
            let digits = word.drop { "ea".contains($0) }.dropLast()
            return word.last == "b" && !digits.isEmpty && digits.allSatisfy(\.isNumber)
        }

        /// The first number of the quantization's name, about the bits per weight.
        private static func bits(_ name: GGUFName) -> Int {
            let digits = (name.quantization ?? "").drop { !$0.isNumber }.prefix(while: \.isNumber)
            return Int(digits).map { min($0, 64) } ?? 0
        }
    }
}
