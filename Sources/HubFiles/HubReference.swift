/// What a user asks the hub for: `owner/name[@revision][:quantization]`.
package struct HubReference: Sendable, Hashable, CustomStringConvertible {
    /// `owner/name`
    package let repository: String
    /// A branch, a tag or a commit.
    package let revision: String
    /// As the user wrote it, such as `Q4_K_M` or `ud-q4_k_xl`.
    package let quantization: String?

    package static let defaultRevision = "main"

    /// - Throws: `HubError.invalidReference`.
    package init(_ text: String) throws(HubError) {
        let halves = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let names = halves[0].split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        let revision = names.count > 1 ? String(names[1]) : HubReference.defaultRevision
        let quantization = halves.count > 1 ? String(halves[1]) : nil
        guard HubReference.isRepository(names[0]), RepositoryPath(revision) != nil,
            quantization.map(HubReference.isQuantization) ?? true
        else { throw .invalidReference(text) }
        (repository, self.revision, self.quantization) = (String(names[0]), revision, quantization)
    }

    package var description: String {
        repository + (revision == HubReference.defaultRevision ? "" : "@\(revision)")
            + (quantization.map { ":\($0)" } ?? "")
    }

    /// The hub's rule for names: two of letters, digits, `_`, `-` and `.`, without `--` and `..`, and not with `-` or
    /// `.` at an end.
    private static func isRepository(_ text: Substring) -> Bool {
        let names = text.split(separator: "/", omittingEmptySubsequences: false)
        return names.count == 2
            && names.allSatisfy { name in
                1...96 ~= name.utf8.count && name.utf8.allSatisfy { $0.isLetterOrDigit || "-._".utf8.contains($0) }
                    && !name.contains("--") && !name.contains("..")
                    && !"-.".contains(name.first ?? "-") && !"-.".contains(name.last ?? "-")
            }
    }

    private static func isQuantization(_ text: String) -> Bool {
        1...96 ~= text.utf8.count && text.utf8.allSatisfy { $0.isLetterOrDigit || "-._".utf8.contains($0) }
    }
}
