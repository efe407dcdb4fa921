import Foundation
import HubFiles

/// Models from the Hugging Face hub, or from another server with the same interface.
///
/// Files are kept in the cache that other programs for the hub use, in the same layout, so that nothing is downloaded
/// twice. A download that was interrupted is continued.
///
///     let hub = try Hub.fromEnvironment()
///     let files = try await hub.files(for: HubReference("ggml-org/gemma-4-E2B-it-GGUF:Q8_0"))
///     let model = try GemmaModel(contentsOf: files.model, drafter: files.drafter)
package struct Hub: Sendable {
    package var settings: HubSettings
    private let timing: Timing

    package init(_ settings: HubSettings) { self.init(settings, Timing()) }

    package init(_ settings: HubSettings, _ timing: Timing) { (self.settings, self.timing) = (settings, timing) }

    /// The hub, the token and the cache folder that environment variables name, or the usual ones; see `HubSettings`.
    /// - Throws: `HubError`.
    package static func fromEnvironment(
        _ environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(HubError) -> Hub {
        try Hub(
            HubSettings(
                environment: environment, home: environment["HOME"] ?? NSHomeDirectory(),
                read: { try? String(contentsOfFile: $0, encoding: .utf8) }))
    }

    /// The files of a model, after downloading those of them that are not in the cache.
    ///
    /// If the hub cannot be reached or refuses to answer, they are taken as they were downloaded before.
    /// - Parameters:
    ///   - file: the path of the model in the repository, instead of choosing one by its quantization.
    ///   - role: what the file is for. `drafter` chooses among the drafters of a repository.
    ///   - companions: what is downloaded beside the model, if the repository has it.
    ///   - report: called now and then, from any thread.
    /// - Throws: `HubError`, or `CancellationError` if the task is cancelled; what has arrived until then stays.
    package func files(
        for reference: HubReference, file: String? = nil, as role: ModelRole = .model,
        with companions: Set<ModelCompanion> = [.drafter], report: @escaping @Sendable (HubEvent) -> Void = { _ in }
    ) async throws -> ModelFiles {
        let request = Request(reference: reference, file: file, role: role, companions: companions)
        let cache = Cache(settings.cacheFolder, repository: reference.repository)
        guard !settings.isOffline else {
            guard let files = request.cached(in: cache) else { throw HubError.notCached(file ?? "\(reference)") }
            return files
        }
        return try await Connection.with(settings, timing, report) { connection in
            let listing: Listing
            let cached = request.cached(in: cache)
            do {
                listing = try await Listing(of: reference, isUrgent: cached != nil, connection)
            } catch {
                guard let failure = error as? HubError, let files = cached else { throw error }
                report(.usingCache(failure))
                return files
            }
            return try await request.download(listing, to: cache, connection)
        }
    }
}

/// What of a repository is asked for.
private struct Request: Sendable {
    let reference: HubReference
    let file: String?
    let role: ModelRole
    let companions: Set<ModelCompanion>

    private func choice(among files: [RepositoryFile]) throws(HubError) -> FileChoice {
        var choice = try FileChoice(
            among: files, for: reference, file: file, as: role == .drafter ? .drafter : .model)
        if !companions.contains(.drafter) { choice.drafter = [] }
        if !companions.contains(.projector) { choice.projector = nil }
        return choice
    }

    private func modelFiles(_ choice: FileChoice, _ cache: Cache, _ commit: ObjectName) -> ModelFiles? {
        let url = { (file: RepositoryFile) in URL(fileURLWithPath: cache.file(file.path, commit)) }
        return choice.model.first.map { model in
            ModelFiles(
                model: url(model), drafter: choice.drafter.first.map(url), projector: choice.projector.map(url))
        }
    }

    /// The files as they were downloaded before; nil if the model was not.
    func cached(in cache: Cache) -> ModelFiles? {
        guard let commit = cache.commit(of: reference.revision),
            let choice = try? choice(among: cache.files(of: commit))
        else { return nil }
        return modelFiles(choice, cache, commit)
    }

    func download(_ listing: Listing, to cache: Cache, _ connection: Connection) async throws -> ModelFiles {
        let choice = try choice(among: listing.files)
        let files = choice.model + choice.drafter + [choice.projector].compactMap(\.self)
        let missing = files.reduce(0) { $0 + cache.missingBytes(of: $1, listing.commit) }
        if let available = cache.availableBytes(), missing > available {
            throw HubError.notEnoughSpace(folder: cache.folder, needed: missing, available: available)
        }
        let download = FileDownload(
            connection: connection, cache: cache, reference: reference, commit: listing.commit,
            meter: Meter(total: files.reduce(0) { $0 + $1.size }, connection.report))
        for file in files { _ = try await download.run(file) }
        // After the files: until they are complete, the commit before has more to offer.
        try cache.note(listing.commit, of: reference.revision)
        guard let result = modelFiles(choice, cache, listing.commit) else {
            throw HubError.noModel(repository: reference.repository)
        }
        return result
    }
}
