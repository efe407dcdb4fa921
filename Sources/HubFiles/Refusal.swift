extension HubError {
    /// What an answer without the wanted content means.
    /// - Parameters:
    ///   - code: the header `X-Error-Code`, by which the hub tells apart what has the same status.
    ///   - hasToken: whether a token was sent.
    package init(
        status: Int, code: String?, address: WebAddress, reference: HubReference, hasToken: Bool
    ) {
        let repository = reference.repository
        self =
            switch (status, code) {
            case (401, "RepoNotFound"), (403, "RepoNotFound"): .noRepository(repository, hasToken: hasToken)
            case (401, _), (403, _):
                .refused(repository: repository, status: status, isGated: code == "GatedRepo", hasToken: hasToken)
            case (404, "RevisionNotFound"): .noRevision(reference.revision, repository: repository)
            case (404, "EntryNotFound"): .unexpectedStatus(status, address: address.withoutQuery)
            case (404, _): .noRepository(repository, hasToken: hasToken)
            default: .unexpectedStatus(status, address: address.withoutQuery)
            }
    }

    /// Whether the same request may succeed a little later.
    package var mayPass: Bool {
        switch self {
        case .unreachable: true
        case .unexpectedStatus(let status, _): status >= 500 || status == 408 || status == 429
        default: false
        }
    }
}
