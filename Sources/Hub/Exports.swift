import HubFiles

// What users of this module name; `import Hub` is enough.
package typealias HubReference = HubFiles.HubReference
package typealias HubSettings = HubFiles.HubSettings
package typealias HubError = HubFiles.HubError
