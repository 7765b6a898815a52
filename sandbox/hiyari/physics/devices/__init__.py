"""Devices of a scene, which can be operated: one module for each kind, named in ``AnyDevice``."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from .appliance import Hotplate, Microwave
from .button import Button, CallBell, EStop
from .cabinet import Cabinet, Drawer
from .conveyor import Conveyor
from .door import Door
from .lamp import Lamp
from .light_curtain import LightCurtain
from .pallet import Pallet
from .photo_eye import PhotoEye
from .radio import Radio
from .scanner import Scanner
from .switch import Switch

AnyDevice = Annotated[
    Button
    | Cabinet
    | CallBell
    | Conveyor
    | Door
    | Drawer
    | EStop
    | Hotplate
    | Lamp
    | LightCurtain
    | Microwave
    | Pallet
    | PhotoEye
    | Radio
    | Scanner
    | Switch,
    Field(discriminator="kind"),
]
"""Any device, told apart by its ``kind``."""

__all__ = ["AnyDevice"]
