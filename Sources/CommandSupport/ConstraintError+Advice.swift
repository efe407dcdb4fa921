internal import Gemma

extension ConstraintError: AdvisedError {
    package var advice: String? {
        switch self {
        case .tool: "use the tool without it, or --unconstrained-calls, which leaves arguments to the model"
        default: nil
        }
    }
}
