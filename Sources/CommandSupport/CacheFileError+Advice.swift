package import Gemma4
internal import Tensor

extension CacheFileError: AdvisedError {
    package var advice: String? {
        switch self {
        case .otherTypes(let keys, let values, _, _):
            CacheType(rawValue: keys) != nil && CacheType(rawValue: values) != nil
                ? "use -ctk \(keys) -ctv \(values), or another file" : "use another file"
        case .tooLong(let tokens, _): "make the context longer (-c \(tokens) or more)"
        default: nil
        }
    }

    package var otherAdvice: String? { nil }
}
