package protocol AdvisedError: Error { var advice: String? { get } }
