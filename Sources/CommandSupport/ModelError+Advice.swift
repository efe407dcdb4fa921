package import Gemma4

extension ModelError: AdvisedError {
    package var advice: String? {
        switch self {
        case .wrongArchitecture("gemma4", let found) where found.utf8.elementsEqual("gemma4-assistant".utf8):
            "pass a gemma4 file as the model (-m) and this one as its drafter (-md)"
        case .wrongArchitecture("gemma4-assistant", let found) where found.utf8.elementsEqual("gemma4".utf8):
            "pass a gemma4-assistant file as the drafter (-md) and this one as the model (-m)"
        case .contextFull: "make the context longer (-c) or the text shorter"
        case .cacheTooLarge(_, _, _, let fitting, let fittingWithQ8Cache):
            if fitting > 0 {
                "use a shorter context (-c \(fitting))"
                    + (fittingWithQ8Cache == nil ? "" : ", or a longer one with -ctk q8_0 -ctv q8_0")
            } else if let fittingWithQ8Cache, fittingWithQ8Cache > 0 {
                "use -ctk q8_0 -ctv q8_0 -c \(fittingWithQ8Cache)"
            } else {
                nil
            }
        default: nil
        }
    }
}
