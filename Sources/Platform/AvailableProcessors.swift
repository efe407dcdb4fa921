import Foundation

/// The processors that this process may use.
package struct AvailableProcessors: Sendable, Hashable {
    /// Hardware threads that it may run on.
    package let hardwareThreads: Int
    /// The cores that these belong to. Two hardware threads of one core share its arithmetic units.
    package let cores: Int
    /// How many processors' time its control group grants, such as 1.5; nil without a limit.
    package let timeLimit: Double?

    package init(hardwareThreads: Int, cores: Int, timeLimit: Double? = nil) {
        self.hardwareThreads = hardwareThreads
        self.cores = cores
        self.timeLimit = timeLimit
    }

    /// How many threads compute fastest: one per core, but no more than there is time for. Part of a processor counts
    /// as a whole one: 2 threads can use the time of 1.5 processors, 1 thread cannot.
    package var threadCount: Int {
        let granted = timeLimit.map { $0 < Double(cores) ? Int($0.rounded(.up)) : cores } ?? cores
        return max(1, min(cores, granted))
    }

    /// How many threads can run at once.
    package var mostThreads: Int {
        let granted = timeLimit.map { $0 < Double(hardwareThreads) ? Int($0.rounded(.up)) : hardwareThreads }
        return max(1, granted ?? hardwareThreads)
    }

    package static let current = detect()

    #if os(Linux)
        private static func detect() -> AvailableProcessors {
            AvailableProcessors(among: ProcessInfo.processInfo.activeProcessorCount, read: ProcFile.text)
        }
    #else
        private static func detect() -> AvailableProcessors {
            let threads = ProcessInfo.processInfo.activeProcessorCount
            var count: Int32 = 0
            var size = MemoryLayout<Int32>.size
            let isKnown = sysctlbyname("hw.physicalcpu", &count, &size, nil, 0) == 0 && count > 0
            return AvailableProcessors(hardwareThreads: threads, cores: isKnown ? min(Int(count), threads) : threads)
        }
    #endif
}

// MARK: - Linux

extension AvailableProcessors {
    /// What the files of Linux say: the processors that the scheduler may choose (affinity), the core of each, and the
    /// limits of control groups.
    /// - Parameters:
    ///   - count: the number of processors if the files do not tell.
    ///   - read: gives the text of a file; nil if there is none.
    package init(among count: Int, read: @escaping (String) -> String?) {
        let allowed = Self.allowed(read("/proc/self/status") ?? "") ?? Array(0..<max(1, count))
        let cores = Set(
            allowed.map { processor in
                // The same list for all threads of a core. A processor without one counts as a core.
                read("/sys/devices/system/cpu/cpu\(processor)/topology/thread_siblings_list") ?? "\(processor)"
            })
        self.init(
            hardwareThreads: allowed.count, cores: cores.count, timeLimit: ControlGroups(read: read).processorLimit)
    }

    /// Numbers beyond this are a damaged file. The kernel is built for at most 8192.
    private static let largestNumber = 1 << 16

    /// The processors in the line `Cpus_allowed_list: 0-3,8` of a process's status; nil if there is none.
    private static func allowed(_ status: String) -> [Int]? {
        let name = "Cpus_allowed_list:"
        guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix(name) }) else { return nil }
        var numbers: Set<Int> = []
        for range in line.dropFirst(name.count).split(whereSeparator: { $0 == "," || $0.isWhitespace }) {
            let ends = range.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
            guard let first = ends.first ?? nil, let last = ends.last ?? nil, ends.count <= 2, 0 <= first,
                first <= last, last < largestNumber
            else { return nil }
            numbers.formUnion(first...last)
        }
        return numbers.isEmpty ? nil : numbers.sorted()
    }
}
