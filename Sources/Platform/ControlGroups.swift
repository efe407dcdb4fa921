import Foundation

/// The control groups that this process is in, which share out the machine among containers and services (cgroups(7)).
/// Linux only.
struct ControlGroups {
    /// The folder where the groups of the `cpu` controller are mounted, and the process's group below it.
    private let mounts: [Mount]
    private let read: (String) -> String?

    private struct Mount {
        /// Whether the files are those of version 2, in which all controllers share one tree.
        let isUnified: Bool
        let point: String
        /// Components of the path from `point` to the process's group.
        let group: [Substring]
    }

    /// - Parameter read: gives the text of a file; nil if there is none.
    init(read: @escaping (String) -> String?) {
        self.read = read
        let memberships = Self.memberships(read("/proc/self/cgroup") ?? "")
        mounts = (read("/proc/self/mountinfo") ?? "").split(separator: "\n")
            .compactMap { Self.mount($0, memberships) }
    }

    /// How many processors' time the process may use; nil without a limit.
    ///
    /// A group may use no more than those that it is in, so the smallest limit on the way up holds.
    var processorLimit: Double? {
        mounts.flatMap { mount in
            (0...mount.group.count).compactMap { depth in
                let folder = ([Substring(mount.point)] + mount.group.prefix(depth)).joined(separator: "/")
                return mount.isUnified ? unifiedLimit(folder) : classicLimit(folder)
            }
        }.min()
    }

    /// `cpu.max` holds the microseconds of processor time in a period, or "max", and the period: `150000 100000`.
    private func unifiedLimit(_ folder: String) -> Double? {
        let words = (read(folder + "/cpu.max") ?? "").split(whereSeparator: \.isWhitespace)
        guard words.count == 2 else { return nil }
        return Self.ratio(words[0], words[1])
    }

    /// Version 1 has a file for each number. A quota of -1 is none.
    private func classicLimit(_ folder: String) -> Double? {
        func word(_ name: String) -> Substring? {
            read(folder + "/" + name)?.split(whereSeparator: \.isWhitespace).first
        }
        guard let quota = word("cpu.cfs_quota_us"), let period = word("cpu.cfs_period_us") else { return nil }
        return Self.ratio(quota, period)
    }

    private static func ratio(_ quota: Substring, _ period: Substring) -> Double? {
        guard let quota = Int(quota), let period = Int(period), quota > 0, period > 0 else { return nil }
        return Double(quota) / Double(period)
    }

    // MARK: - Where the files are

    /// The process's group in version 2 (the key is empty) and for each controller of version 1, from lines such as
    /// `4:cpu,cpuacct:/docker/1f`.
    private static func memberships(_ text: String) -> [Substring: Substring] {
        var groups: [Substring: Substring] = [:]
        for line in text.split(separator: "\n") {
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3 else { continue }
            for controller in fields[1].split(separator: ",", omittingEmptySubsequences: false) {
                groups[controller] = fields[2]
            }
        }
        return groups
    }

    /// A line of mountinfo, such as `31 23 0:28 /root /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu`: the fourth word is
    /// the folder of the tree that is mounted, the fifth is where. After a lone hyphen come the type and options.
    private static func mount(_ line: Substring, _ memberships: [Substring: Substring]) -> Mount? {
        let words = line.split(separator: " ")
        guard let hyphen = words.firstIndex(of: "-"), hyphen >= 5, words.count > hyphen + 3 else { return nil }
        let controller: Substring
        switch words[hyphen + 1] {
        case "cgroup2": controller = ""
        case "cgroup" where words[hyphen + 3].split(separator: ",").contains("cpu"): controller = "cpu"
        default: return nil
        }
        guard let path = memberships[controller] else { return nil }
        return Mount(isUnified: controller.isEmpty, point: String(words[4]), group: below(words[3], path))
    }

    /// The components of `path` below `root`; none if it is elsewhere, as it seems to be from within a container.
    private static func below(_ root: Substring, _ path: Substring) -> [Substring] {
        let (root, path) = (root.split(separator: "/"), path.split(separator: "/"))
        guard path.starts(with: root), !path.contains("..") else { return [] }
        return Array(path.dropFirst(root.count))
    }
}
