package enum ExitCodes {
    /// A line for the help of programs.
    package static let help = """
        The exit code is 0 for success, 1 if a run fails, 2 for an invalid command line, and 130 after Ctrl-C.
        """
}
