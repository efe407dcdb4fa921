/// What the name of a GGUF file says about it. The hub tells nothing else before a download.
package struct GGUFName: Sendable, Hashable {
    package enum Role: Sendable, Hashable {
        case model
        /// Of architecture gemma4-assistant: published as `mtp-NAME.gguf`, `MTP/NAME-MTP-Q8_0.gguf`,
        /// `NAME-assistant-Q8_0.gguf` and the like.
        case drafter
        /// The model's part for images and sound.
        case projector
        case importanceMatrix
        /// A drafter of another kind, which is not read.
        case foreignDrafter
    }

    package let path: RepositoryPath
    package let role: Role
    /// The name of a part of a model in several files, up to `-00001-of-00003.gguf`; otherwise up to `.gguf`. With its
    /// folders.
    package let stem: String
    /// The number of this part, from 1.
    package let part: Int
    package let partCount: Int
    /// How its weights are stored, in upper case, such as `Q4_K_M` or `UD-Q4_K_XL`.
    package let quantization: String?

    /// - Returns: nil if the name does not end in `.gguf`.
    package init?(_ path: RepositoryPath) {
        let suffix = ".gguf"
        guard path.text.lowercased().hasSuffix(suffix), path.name.utf8.count > suffix.utf8.count else { return nil }
        let whole = path.text.dropLast(suffix.count)
        let split = GGUFName.split(whole)
        self.path = path
        stem = String(split?.stem ?? whole)
        (part, partCount) = (split?.part ?? 1, split?.count ?? 1)
        role = GGUFName.role(of: path)
        quantization = GGUFName.quantization(in: stem)
    }

    // MARK: - Words

    /// What is between `-`, `.` and `/`, in lower case. An underscore belongs to a word, as in `Q4_K_M`.
    package var words: [Substring] { GGUFName.words(of: stem) }

    private static func words(of text: some StringProtocol) -> [Substring] {
        text.lowercased().split { "-./".contains($0) }
    }

    package static let drafterWords: Set<Substring> = ["mtp", "assistant", "draft", "drafter"]
    private static let foreignDrafterWords: Set<Substring> = ["eagle3", "dflash", "dspark"]

    private static func role(of path: RepositoryPath) -> Role {
        let name = path.name.lowercased()
        if name.contains("mmproj") { return .projector }
        if name.contains("imatrix") { return .importanceMatrix }
        let words = words(of: path.text)
        if words.contains(where: foreignDrafterWords.contains) { return .foreignDrafter }
        return words.contains(where: drafterWords.contains) ? .drafter : .model
    }

    // MARK: - Quantizations

    /// Whether a word is the name of a block format or of a mixture of them, or of a type of float.
    package static func isQuantization(_ word: Substring) -> Bool {
        let word = word.lowercased()
        return ["iq", "q", "tq", "tbq", "f", "bf", "fp", "mxfp", "nvfp"].contains { prefix in
            word.hasPrefix(prefix) && word.dropFirst(prefix.count).first?.isNumber == true
        }
    }

    /// The last word of the name that is a quantization, or that of a folder.
    private static func quantization(in stem: String) -> String? {
        let words = words(of: stem)
        guard let place = words.lastIndex(where: isQuantization) else { return nil }
        let prefix = place > 0 && words[place - 1] == "ud" ? "UD-" : ""
        return prefix + words[place].uppercased()
    }

    // MARK: - Parts

    /// Takes `-00001-of-00003` off the end; nil if it is not there, or makes no sense.
    private static func split(_ name: Substring) -> (stem: Substring, part: Int, count: Int)? {
        let digits = 5
        guard name.utf8.count > 2 * digits + 5 else { return nil }
        let count = name.suffix(digits)
        let middle = name.dropLast(digits)
        let part = middle.dropLast(4).suffix(digits)
        let stem = middle.dropLast(4 + digits)
        guard middle.hasSuffix("-of-"), stem.last == "-", count.utf8.count == digits, part.utf8.count == digits,
            let number = Int(digits: part), let total = Int(digits: count), number >= 1, number <= total
        else { return nil }
        return (stem.dropLast(), number, total)
    }
}
