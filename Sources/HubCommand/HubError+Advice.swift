internal import CommandSupport
import Hub

extension HubError: AdvisedError {
    package var advice: String? {
        switch self {
        case .invalidToken: "see -hft and HF_TOKEN"
        case .invalidEndpoint: "see HF_ENDPOINT"
        case .noCacheFolder, .notEnoughSpace: "HF_HUB_CACHE may name another folder"
        case .refused(let repository, _, isGated: true, let hasToken):
            "accept the licence at https://huggingface.co/\(repository)"
                + (hasToken ? " with the account of the token" : ", and set HF_TOKEN to a token of your account")
        case .refused(_, _, isGated: false, hasToken: false): "check the name; if it is private, set HF_TOKEN"
        case .noRepository(_, hasToken: false): "check the name; if it is private, set HF_TOKEN"
        case .noQuantization: "name one of these, or a file with -hff"
        case .wrongChecksum: "run the same command again"
        case .notCached: "leave out --offline, and unset HF_HUB_OFFLINE"
        default: nil
        }
    }
}
