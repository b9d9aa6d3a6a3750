//! A rep as the conditions of groups see them.

use chrono::{DateTime, Utc};

use crate::model::{Attributes, Rep, TeamId};
use crate::rule::{FactSource, FactValue, Field, FieldId, Path, number, own_column, text, texts};

/// What conditions of groups read of a rep.
#[derive(Debug, Clone)]
pub(super) struct Person {
    id: String,
    team: Option<TeamId>,
    department: Vec<String>,
    manager: Option<String>,
    title: Option<String>,
    level: Option<String>,
    skills: Vec<String>,
    territories: Vec<String>,
    joined_at: Option<DateTime<Utc>>,
    weight: u32,
    pub(super) worked: u32,
    pub(super) won: u32,
    attributes: Attributes,
}

impl Person {
    pub(super) fn new(rep: &Rep) -> Person {
        Person {
            id: rep.id.as_str().to_owned(),
            team: rep.team.clone(),
            department: rep.department.clone(),
            manager: rep.manager.as_ref().map(ToString::to_string),
            title: rep.title.clone(),
            level: rep.level.clone(),
            skills: rep.skills.iter().cloned().collect(),
            territories: rep.territories.iter().map(ToString::to_string).collect(),
            joined_at: rep.joined_at,
            weight: rep.weight,
            worked: rep.worked,
            won: rep.won,
            attributes: rep.attributes.clone(),
        }
    }
}

/// A rep on a day.
pub(super) struct RepFacts<'a> {
    pub(super) person: &'a Person,
    pub(super) day: DateTime<Utc>,
}

impl FactSource for RepFacts<'_> {
    fn fact(&self, field: &Field) -> FactValue<'_> {
        let person = self.person;
        let id = match &field.0 {
            Path::Single(id) => *id,
            Path::Attribute(name) => return own_column(&person.attributes, name),
            _ => return FactValue::Missing,
        };
        match id {
            FieldId::RepId => text(Some(&person.id)),
            FieldId::RepTeam => text(person.team.as_ref().map(TeamId::as_str)),
            FieldId::RepDepartment => texts(&person.department),
            FieldId::RepManager => text(person.manager.as_deref()),
            FieldId::RepTitle => text(person.title.as_deref()),
            FieldId::RepLevel => text(person.level.as_deref()),
            FieldId::RepSkills => texts(&person.skills),
            FieldId::RepTerritories => texts(&person.territories),
            FieldId::RepJoinedAt => person.joined_at.map_or(FactValue::Missing, FactValue::Time),
            FieldId::RepWeight => FactValue::Integer(person.weight.into()),
            FieldId::RepWon => FactValue::Integer(person.won.into()),
            FieldId::RepWorked => FactValue::Integer(person.worked.into()),
            // Without a worked lead there is no rate, and 0 would count as the worst one.
            FieldId::RepConversion if person.worked > 0 => {
                number(Some(f64::from(person.won) / f64::from(person.worked)))
            }
            _ => FactValue::Missing,
        }
    }

    fn now(&self) -> DateTime<Utc> {
        self.day
    }

    fn attributes(&self) -> Option<&Attributes> {
        Some(&self.person.attributes)
    }
}
