import Platform
import Testing

/// What Linux says about processors, in made-up files.
@Suite struct ProcessorCountTests {
    /// Four cores of two hardware threads, numbered as is common: 0 and 4 are of one core.
    private static let machine: [String: String] = {
        var files = ["/proc/self/status": "Name:\tx\nCpus_allowed:\tff\nCpus_allowed_list:\t0-7\nThreads:\t1\n"]
        for number in 0..<8 {
            files["/sys/devices/system/cpu/cpu\(number)/topology/thread_siblings_list"] =
                "\(number % 4),\(number % 4 + 4)\n"
        }
        return files
    }()

    private func processors(_ changes: [String: String], among count: Int = 8) -> AvailableProcessors {
        let files = Self.machine.merging(changes) { $1 }
        return AvailableProcessors(among: count) { files[$0] }
    }

    /// A process in `group` of version 2, whose tree is mounted in full.
    private func unified(_ group: String, _ limits: [String: String]) -> [String: String] {
        var files = [
            "/proc/self/cgroup": "0::\(group)\n",
            "/proc/self/mountinfo": """
            22 1 0:20 / /proc rw,relatime - proc proc rw
            30 1 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate

            """,
        ]
        for (path, limit) in limits { files["/sys/fs/cgroup\(path)/cpu.max"] = limit }
        return files
    }

    @Test func withoutLimitsEachCoreHasOneThread() {
        let all = processors([:])
        #expect(all == AvailableProcessors(hardwareThreads: 8, cores: 4))
        #expect(all.threadCount == 4 && all.mostThreads == 8)
    }

    @Test(arguments: [
        ("0-3", 4, 4), ("0,4", 2, 1), ("7", 1, 1), ("1-2,5-6", 4, 2), ("0-1,8191", 3, 3),
    ])
    func affinityCountsTheCoresOfTheAllowedProcessors(_ list: String, threads: Int, cores: Int) {
        let some = processors(["/proc/self/status": "Cpus_allowed_list:\t\(list)\n"])
        #expect(some == AvailableProcessors(hardwareThreads: threads, cores: cores))
    }

    @Test(arguments: [
        "", "Cpus_allowed_list:\t", "Cpus_allowed_list: 3-1", "Cpus_allowed_list: 0-99999999999",
        "Cpus_allowed_list: -1", "Cpus_allowed_list: a-b", "Cpus_allowed_list: 1-2-3",
    ])
    func aDamagedListIsIgnored(_ status: String) {
        #expect(processors(["/proc/self/status": status]).hardwareThreads == 8)
    }

    @Test func withoutAnyFilesThereAreAsManyCoresAsProcessors() {
        #expect(AvailableProcessors(among: 3) { _ in nil } == AvailableProcessors(hardwareThreads: 3, cores: 3))
        #expect(AvailableProcessors(among: 0) { _ in nil }.threadCount == 1)
    }

    @Test func theSmallestLimitOnTheWayUpHolds() {
        func limit(_ limits: [String: String]) -> Double? { processors(unified("/a/b/c", limits)).timeLimit }
        #expect(limit(["/a/b/c": "max 100000\n", "/a": "200000 100000\n"]) == 2)
        #expect(limit(["/a/b/c": "300000 100000\n", "/a/b": "50000 100000\n"]) == 0.5)
        #expect(limit(["": "150000 100000\n"]) == 1.5)
        #expect(limit(["/a/b/c/d": "100000 100000\n", "/a/x": "100000 100000\n"]) == nil)
        #expect(limit([:]) == nil)
    }

    @Test func partOfAProcessorCountsAsOne() {
        func threads(_ quota: String) -> Int {
            processors(unified("/", ["": "\(quota) 100000"])).threadCount
        }
        #expect(threads("1000") == 1 && threads("100000") == 1 && threads("100001") == 2 && threads("350000") == 4)
        #expect(threads("9223372036854775807") == 4 && threads("max") == 4)
    }

    @Test(arguments: ["", "max", "-5 100000", "0 0", "100000 0", "1e5 1e5", "100000 100000 100000"])
    func aDamagedLimitIsNone(_ text: String) {
        #expect(processors(unified("/", ["": text])).timeLimit == nil)
    }

    @Test func versionOneHasAFileForEachNumber() {
        let mount = "32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n"
        func limit(_ group: String, _ mount: String, _ files: [String: String]) -> Double? {
            let common = [
                "/proc/self/cgroup": "9:name=systemd:/\n4:memory:/else\n3:cpu,cpuacct:\(group)\n",
                "/proc/self/mountinfo": "31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw\n" + mount,
            ]
            let limits = files.map { ("/sys/fs/cgroup/cpu,cpuacct" + $0.key, $0.value) }
            return processors(common.merging(limits) { $1 }).timeLimit
        }
        let files = ["/job/cpu.cfs_quota_us": "250000\n", "/job/cpu.cfs_period_us": "100000\n"]
        #expect(limit("/job", mount, files) == 2.5)
        #expect(limit("/job/step", mount, files) == 2.5)
        #expect(limit("/other", mount, files) == nil)
        #expect(limit("/job", mount, ["/job/cpu.cfs_quota_us": "-1", "/job/cpu.cfs_period_us": "100000"]) == nil)
        // In a container its group is what is mounted, under a path that the container cannot see.
        let own = "32 31 0:29 /docker/1f /sys/fs/cgroup/cpu,cpuacct ro - cgroup cgroup rw,cpu,cpuacct\n"
        let top = ["/cpu.cfs_quota_us": "300000", "/cpu.cfs_period_us": "100000"]
        #expect(limit("/docker/1f", own, top) == 3)
        #expect(limit("/elsewhere", own, top) == 3)
        #expect(limit("/../..", mount, top) == 3)
    }

    @Test func theProcessItselfMayUseSomething() {
        let current = AvailableProcessors.current
        #expect(current.threadCount >= 1 && current.threadCount <= current.cores)
        #expect(current.cores <= current.hardwareThreads)
    }
}
