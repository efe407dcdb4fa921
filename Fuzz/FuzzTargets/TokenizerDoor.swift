internal import GGUF
import Platform
import Tokenizer

/// Converts texts to tokens and back. The lowest bit of the first byte selects whether special tokens are parsed, the
/// next one the miniature vocabulary as Ollama would write it, without types.
enum TokenizerDoor {
    private static let tokenizers = Result {
        try [MiniaturePair.target(), MiniatureVariants.ollama()].map { try BPETokenizer(GGUFFile(ByteRegion($0))) }
    }

    static func run(_ input: [UInt8]) throws {
        let choice = input.first ?? 0
        let tokenizer = try tokenizers.get()[Int(choice >> 1 & 1)]
        let (parseSpecial, text) = (choice & 1 == 1, Array(input.dropFirst()))
        let tokens = tokenizer.encode(text, parseSpecial: parseSpecial)
        for token in tokens {
            guard let type = tokenizer.vocabulary.type(of: token) else {
                throw Violation("token \(token) is outside the vocabulary")
            }
            guard parseSpecial || type != .control else {
                throw Violation("text became the control token \(token)")
            }
        }
        try checkText(of: tokens, text, tokenizer)
        let string = String(decoding: text, as: UTF8.self)
        guard string.utf8.elementsEqual(text) else { return }
        guard tokenizer.encode(string, parseSpecial: parseSpecial) == tokens else {
            throw Violation("a string and its bytes have different tokens")
        }
    }

    /// Checks that decoding gives the text again, at once and token by token. `▁` becomes the space it stands for.
    private static func checkText(of tokens: [TokenID], _ text: [UInt8], _ tokenizer: BPETokenizer) throws {
        let expected = spaced(String(decoding: text, as: UTF8.self))
        let found = tokenizer.decode(tokens)
        guard spaced(found).utf8.elementsEqual(expected.utf8) else {
            throw Violation("\(expected.debugDescription) came back as \(found.debugDescription)")
        }
        var decoder = StreamingDecoder(tokenizer, special: true)
        let pieces = tokens.map { decoder.append($0) } + [decoder.finish()]
        guard pieces.joined().utf8.elementsEqual(found.utf8) else {
            throw Violation("\(found.debugDescription) came in pieces as \(pieces)")
        }
    }

    private static func spaced(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { $0 == "▁" ? " " : $0 }))
    }

    static let seeds: [(name: String, bytes: [UInt8])] =
        [
            "\u{1}not one ab<|turn>abcd\n\n<turn|>not", "\0 a  b\n\n\nabcdabcd é 🦙 <0x41>",
            "\u{1}<|channel><channel|><bos>",
            "\u{3}not one ab<|turn>abcd\n\n<turn|>not <|channel>", "\u{2}<|turn> é <0x41>",
            "\0▁to▁to \u{0}\u{7f}",
        ].enumerated().map { ("text-\($0)", Array($1.utf8)) } + [
            ("not-utf8", [0, 0xff, 0xe2, 0x96, 0x61, 0xf0, 0x9f, 0xa6])
        ]
}
