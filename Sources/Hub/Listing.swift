import HubFiles

/// What a repository has at a commit.
struct Listing: Sendable {
    let commit: ObjectName
    let files: [RepositoryFile]

    /// The most pages that a listing may have.
    private static let pageLimit = 200

    /// Asks the hub.
    /// - Parameter isUrgent: whether the first failure is the last.
    /// - Throws: `HubError` or `CancellationError`.
    init(of reference: HubReference, isUrgent: Bool, _ connection: Connection) async throws {
        let api = "/api/models/\(reference.repository)"
        // One name of the path, whatever it holds.
        let revision = (RepositoryPath(reference.revision)?.percentEncoded ?? "").replacing("/", with: "%2F")
        let (answer, _) = try await Listing.page(
            "\(api)/revision/\(revision)", reference, isUrgent, RepositoryListing.byteLimit, connection)
        commit = try RepositoryListing.commit(of: answer)

        var files: [RepositoryFile] = []
        var rest = RepositoryListing.listingByteLimit
        var next: String? = "\(api)/tree/\(commit)?recursive=true"
        for _ in 0..<Listing.pageLimit {
            guard let place = next else { break }
            let limit = min(rest, RepositoryListing.byteLimit)
            let (answer, following) = try await Listing.page(place, reference, isUrgent, limit, connection)
            rest -= answer.count
            files += try RepositoryListing.files(of: answer)
            next = following
        }
        guard next == nil else { throw HubError.answerTooLong(limit: RepositoryListing.listingByteLimit) }
        self.files = files
    }

    /// One answer of the API, and where the next page is.
    private static func page(
        _ place: String, _ reference: HubReference, _ isUrgent: Bool, _ limit: Int, _ connection: Connection
    ) async throws -> ([UInt8], next: String?) {
        let endpoint = connection.settings.endpoint
        guard let address = WebAddress(place) ?? endpoint.appending(place), address.hasSameOrigin(as: endpoint) else {
            throw HubError.unreadableAnswer(reason: "its next page is at another server")
        }
        return try await connection.persistently(isUrgent: isUrgent) {
            let (response, source) = try await connection.get(address)
            guard response.status == .ok else {
                throw HubError(
                    status: Int(response.status.code), code: response.headers.first(name: "X-Error-Code"),
                    address: source, reference: reference, hasToken: connection.settings.token != nil)
            }
            let bytes = try await connection.content(of: response, from: source, limit: limit)
            let links = response.headers["Link"].joined(separator: ", ")
            return (bytes, LinkHeader.next(in: links).flatMap { source.resolving($0)?.description })
        }
    }
}
