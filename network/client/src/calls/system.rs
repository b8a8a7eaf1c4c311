//! Calls of the system and utility pallets.

use super::Encoded;

calls! {
    /// Several calls, all or none.
    BatchAll = "Utility" "batch_all" { calls: Vec<Encoded> }
    /// Permits the runtime with this hash; for referenda.
    AuthorizeUpgrade = "System" "authorize_upgrade" { code_hash: [u8; 32] }
    /// Installs a runtime that was permitted.
    ApplyAuthorizedUpgrade = "System" "apply_authorized_upgrade" { code: Vec<u8> }
}
