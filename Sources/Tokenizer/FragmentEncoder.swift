import Platform

/// Encodes text without special tokens: divides it into the tokens of the alphabet and merges those.
struct FragmentEncoder {
    /// The tokens of the fragments so far.
    var output: [TokenID] = []

    private let alphabet: Alphabet
    private let vocabulary: Vocabulary
    private let merges: MergeTable
    /// The symbols of the piece that is being read.
    private var merger: BytePairMerger
    /// Whether the last character became the unknown token.
    private var followsUnknown = false

    private static let space = UInt8(ascii: " ")
    private static let newline = UInt8(ascii: "\n")

    init(_ vocabulary: Vocabulary, _ alphabet: Alphabet, _ merges: MergeTable) {
        self.vocabulary = vocabulary
        self.alphabet = alphabet
        self.merges = merges
        merger = BytePairMerger(merges)
    }

    /// Appends the tokens of a fragment to `output`.
    mutating func encode(_ fragment: UnsafeBufferPointer<UInt8>) {
        var at = 0
        while at < fragment.count {
            switch fragment[at] {
            case Self.space:
                appendSpace()
                at += 1
            case Self.newline:
                let run = fragment[at...].prefix { $0 == Self.newline }
                appendNewlines(UnsafeBufferPointer(rebasing: run))
                at += run.count
            default:
                let sequence = UTF8Sequence(in: fragment, at: at)
                let bytes = UnsafeBufferPointer(rebasing: fragment[at..<at + sequence.byteCount])
                if case .character = sequence { appendCharacter(bytes) } else { appendBytes(bytes) }
                at += sequence.byteCount
            }
        }
        merger.flush(into: &output)
        followsUnknown = false
    }

    private mutating func appendSpace() {
        if let space = alphabet.space { append(space) } else { appendBytes(Array("▁".utf8)) }
    }

    /// A run that is a token becomes that token, regardless of merges.
    private mutating func appendNewlines(_ run: UnsafeBufferPointer<UInt8>) {
        if let token = alphabet.token(of: run) {
            append(token)
        } else {
            for index in run.indices { appendCharacter(UnsafeBufferPointer(rebasing: run[index...index])) }
        }
    }

    private mutating func appendCharacter(_ character: UnsafeBufferPointer<UInt8>) {
        if let token = alphabet.token(of: character) { append(token) } else { appendBytes(character) }
    }

    /// Appends the tokens of the bytes. If one does not have a token, all of them become the unknown token; consecutive
    /// unknown characters become a single one.
    private mutating func appendBytes(_ bytes: some Collection<UInt8>) {
        if let unknown = vocabulary.unknown, bytes.contains(where: { alphabet.token(of: $0) == nil }) {
            if !followsUnknown { append(unknown) }
            followsUnknown = true
        } else {
            for byte in bytes { if let token = alphabet.token(of: byte) { append(token) } }
        }
    }

    /// Appends a symbol. If nothing before it can merge with it, first merges what is there: pieces the length of a
    /// word stay in the processor's cache, unlike a megabyte of text.
    private mutating func append(_ token: TokenID) {
        if beginsPiece(token) || merger.count == BytePairMerger.maximumCount { merger.flush(into: &output) }
        merger.append(token)
        followsUnknown = false
    }

    private func beginsPiece(_ token: TokenID) -> Bool {
        guard token == alphabet.space, let last = merger.last, let byte = vocabulary.table[Int(last)].last else {
            return false
        }
        return !merges.joinsWord(after: byte)
    }
}
