public import HubFiles

// What users of this module name; `import Hub` is enough.
public typealias HubReference = HubFiles.HubReference
public typealias HubSettings = HubFiles.HubSettings
public typealias HubError = HubFiles.HubError
