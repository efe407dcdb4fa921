internal import Tokenizer

/// Configurations and what is known of the tokens that may follow them.
struct MaskTable: Sendable {
    private(set) var configurations: ConfigurationTable
    private let vocabulary: ConstraintVocabulary
    private let endTokens: Set<TokenID>
    private var masks: [Int32: TokenMask] = [:]
    /// Tokens in all masks.
    private var maskedCount = 0
    /// The configuration at each depth of a walk.
    private var path: [Int32]

    /// Masks are forgotten beyond this many tokens; 16 MB.
    private static let mostMasked = 4_000_000

    init(_ program: Program, _ vocabulary: ConstraintVocabulary) throws(ConstraintError) {
        configurations = try ConfigurationTable(program)
        self.vocabulary = vocabulary
        endTokens = Set(vocabulary.endTokens)
        path = Array(repeating: ConfigurationTable.dead, count: vocabulary.trie.deepest + 1)
    }

    var isFull: Bool { configurations.isFull }

    mutating func adopt(_ number: Int32, from other: MaskTable) throws(ConstraintError) -> Int32 {
        try configurations.adopt(number, from: other.configurations)
    }

    // MARK: - One token

    /// The configuration after a token other than one that ends the text.
    mutating func next(_ number: Int32, _ token: TokenID) throws(ConstraintError) -> Int32 {
        guard 0 <= token, token < TokenID(vocabulary.count) else { return ConfigurationTable.dead }
        configurations.beginWork()
        var next = ConfigurationTable.dead
        let bytes = vocabulary.bytes(of: token)
        if !bytes.isEmpty {
            next = number
            for byte in bytes {
                next = try configurations.next(next, configurations.program.classes[Int(byte)])
                if next == ConfigurationTable.dead { break }
            }
        }
        guard configurations.readsTokens(number), !endTokens.contains(token) else { return next }
        return try configurations.union(next, configurations.next(number, token: token))
    }

    /// The configuration after a byte.
    mutating func next(_ number: Int32, byte: UInt8) throws(ConstraintError) -> Int32 {
        configurations.beginWork()
        return try configurations.next(number, configurations.program.classes[Int(byte)])
    }

    /// The bytes that must follow, as far as nothing else may.
    mutating func forcedBytes(after number: Int32, limit: Int) throws(ConstraintError) -> [UInt8] {
        configurations.beginWork()
        let program = configurations.program
        var bytes: [UInt8] = []
        var number = number
        while bytes.count < limit, !configurations.mayEnd(number), !configurations.readsTokens(number) {
            var only: (byteClass: UInt8, next: Int32)?
            for byteClass in 0..<UInt8(program.classCount) {
                let next = try configurations.next(number, byteClass)
                if next == ConfigurationTable.dead { continue }
                if only != nil { return bytes }
                only = (byteClass, next)
            }
            guard let only, let byte = program.onlyBytes[Int(only.byteClass)] else { return bytes }
            bytes.append(byte)
            number = only.next
        }
        return bytes
    }

    // MARK: - All tokens

    mutating func mask(of number: Int32) throws(ConstraintError) -> TokenMask {
        if let known = masks[number] { return known }
        configurations.beginWork()
        let number = try configurations.equivalent(number, length: vocabulary.trie.deepest)
        if let known = masks[number] { return known }
        let mask = try computedMask(of: number)
        switch mask.form {
        case .few(let tokens), .allBut(let tokens, _): maskedCount += tokens.count + 64
        case .many(let bits, let tokens):
            // Bits without more tokens are the mask's own.
            maskedCount += tokens.count + 64 + (tokens.isEmpty ? 2 * bits.words.count : 0)
        }
        if maskedCount > Self.mostMasked { (masks, maskedCount) = ([:], 0) }
        masks[number] = mask
        return mask
    }

    /// The mask where no more than `left` tokens may come, with the one that ends the text: none is admitted after
    /// which the text could not be completed. If it cannot be completed anyway, it is as good as any.
    mutating func mask(of number: Int32, left: Int) throws(ConstraintError) -> TokenMask {
        let mask = try mask(of: number)
        // A text that may end anywhere is complete wherever it is cut off.
        let limit = max(left - 2, configurations.mayEnd(number) ? 0 : -1)
        // The mask is that of an equivalent configuration, which may be nearer to the end.
        let equivalent = try configurations.equivalent(number, length: vocabulary.trie.deepest)
        let farther = Int(configurations.length(number)) - Int(configurations.length(equivalent))
        guard Int(mask.farthest) + max(0, farther) > limit, Int(configurations.length(number)) + 1 <= left else {
            return mask
        }
        configurations.beginWork()
        let narrow = try computedMask(of: number, farthest: Int32(limit))
        // The vocabulary may lack single bytes.
        return narrow.few?.isEmpty ?? false ? mask : narrow
    }

    /// - Parameter farthest: after the token, the text must be completed by so many more.
    private mutating func computedMask(
        of number: Int32, farthest limit: Int32? = nil
    ) throws(ConstraintError) -> TokenMask {
        let ends = configurations.mayEnd(number) ? vocabulary.endTokens : []
        var tokens: [TokenID] = []
        var farthest: Int32 = 0
        if configurations.readsTokens(number) {
            if let mask = try addTokens(number, limit, ends, into: &tokens, &farthest) { return mask }
        }
        tokens += ends
        var walk = MaskWalk(vocabulary, path: path, admitting: tokens, farthest: farthest, limit: limit)
        path = []  // so that it is not copied
        defer { path = walk.path }
        try walk.run(from: number, &configurations)
        return walk.mask
    }

    /// Adds the tokens that are read as a whole.
    /// - Returns: the whole mask, where any token may come but some.
    private mutating func addTokens(
        _ number: Int32, _ limit: Int32?, _ ends: [TokenID], into tokens: inout [TokenID], _ farthest: inout Int32
    ) throws(ConstraintError) -> TokenMask? {
        let sets = try configurations.tokenSets(number)
        let all = 0..<TokenID(vocabulary.count)
        // Tokens that no set names are all the same here.
        let named = sets.reduce(into: Set(vocabulary.endTokens)) { $0.formUnion($1.ids) }.filter(all.contains)
        for token in named.subtracting(endTokens) where sets.contains(where: { $0.contains(token) }) {
            let next = try configurations.next(number, token: token)
            guard limit.map({ configurations.length(next) <= $0 }) ?? true else { continue }
            farthest = max(farthest, configurations.length(next))
            tokens.append(token)
        }
        guard sets.contains(where: \.isNegated), let other = all.first(where: { !named.contains($0) }) else {
            return nil
        }
        let next = try configurations.next(number, token: other)
        guard limit.map({ configurations.length(next) <= $0 }) ?? true else { return nil }
        farthest = max(farthest, configurations.length(next))
        let admitted = Set(tokens).union(ends)
        var excluded: [TokenID] = []
        for token in named where !admitted.contains(token) {
            // It may be admitted as text.
            let next = try self.next(number, token)
            let fits = next != ConfigurationTable.dead && limit.map { configurations.length(next) <= $0 } ?? true
            if !fits { excluded.append(token) }
        }
        return TokenMask(.allBut(excluded.sorted(), count: vocabulary.count), farthest: farthest)
    }
}
