import Foundation
internal import GGUF
internal import Gemma
import Platform
import ReferenceCheck

/// Reads the reference answers of gemma-check. The first byte selects the kind.
enum JSONDoor {
    private static let tokenizer = Result {
        try TokenizerCheck(vocabulary: GGUFFile(ByteRegion(MiniaturePair.target())))
    }

    static func run(_ input: [UInt8]) throws {
        guard let kind = input.first else { return }
        let json = Data(input.dropFirst())
        switch kind {
        case UInt8(ascii: "t"): _ = try tokenizer.get().run(json, name: "tokenizer.json")
        case UInt8(ascii: "c"): _ = try tokenizer.get().run(json, name: "chat.json")
        case UInt8(ascii: "q"): _ = try BlockFormatCheck(index: json, folder: FileManager.default.temporaryDirectory)
        default:
            let pair = try MiniaturePair.loaded.get()
            guard let drafter = pair.drafter else { return }
            _ = try PairCheck.run(json, target: pair.target, drafter: drafter)
        }
    }

    static let seeds: [(name: String, bytes: [UInt8])] = [
        ("tokenizer", #"t[{"text":"ab one","ids":[269,4],"plain":[269,4],"decoded":"ab one"}]"#),
        ("surrogates", #"t[{"text":"\ud83e\udd99 \ud83e","ids":[-1,2147483647],"plain":[],"decoded":"\udd99"}]"#),
        ("chat", #"c[{"rendered":"<|turn>ab\nto<turn|>","ids":[4,5]}]"#),
        ("quants", #"q{"width":256,"rows":4,"types":{"q8_0":{"ggml_type":8,"rmse":0.001}}}"#),
        (
            "pair",
            #"e{"prompt":[2,270,271],"logits":[[0.5,1]],"hidden":[[0.25]],"greedy":[2,270,271,9],"#
                + #""drafts":[{"ids":[2,270,271],"#
                + #""steps":[{"token":5,"hidden":[1]}]}],"speculative":{"2":{"ids":[2,270,271,9,8],"rounds":[[2,0]]}}}"#
        ),
    ].map { ($0, Array($1.utf8)) }
}
