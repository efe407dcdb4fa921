package import Gemma4

extension ModelError: AdvisedError {
    package var advice: String? {
        switch self {
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

    package var otherAdvice: String? {
        if case .contextFull = self { "make the text shorter" } else { nil }
    }
}
